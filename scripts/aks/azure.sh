# Resource group, AKS cluster, IoT Hub: looks, makes, waits. Each function looks before it acts, so that a run after a kill
# continues. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

TAG_NAME=edge-vm-bootstrap
HUB_RIGHTS='RegistryRead RegistryWrite ServiceConnect'

# ---- look: no change ----

# look_group: GROUP_STATE (empty: no such group), GROUP_OURS
look_group() {
  # shellcheck disable=SC2034 # the group may be in any location
  local location state tag
  GROUP_STATE='' GROUP_OURS=false
  try_az group show --name "$GROUP" --query "[location,properties.provisioningState,tags.\"$TAG_NAME\"]" -o tsv
  if not_found; then return 0; fi
  [ "$AZ_CODE" = 0 ] || az_failed "cannot look at the resource group $GROUP"
  lines_of "$AZ_OUT" location state tag
  GROUP_STATE=$state
  [ "$tag" != "$NAME" ] || { GROUP_OURS=true; made "resource group $GROUP"; }
}

# look_cluster: CLUSTER_STATE (empty: no such cluster), CLUSTER_POWER, CLUSTER_OURS, CLUSTER_SIZE
look_cluster() {
  local tag
  CLUSTER_STATE='' CLUSTER_POWER='' CLUSTER_OURS=false CLUSTER_SIZE=''
  [ -n "$GROUP_STATE" ] || return 0
  try_az aks show --resource-group "$GROUP" --name "$CLUSTER" \
    --query "[provisioningState,powerState.code,agentPoolProfiles[0].vmSize,tags.\"$TAG_NAME\"]" -o tsv
  if not_found; then return 0; fi
  [ "$AZ_CODE" = 0 ] || az_failed "cannot look at the AKS cluster $CLUSTER"
  lines_of "$AZ_OUT" CLUSTER_STATE CLUSTER_POWER CLUSTER_SIZE tag
  [ "$tag" != "$NAME" ] || { CLUSTER_OURS=true; made "AKS cluster $CLUSTER"; }
}

# look_hubs: reads all hubs of the subscription once: ours, one of that name elsewhere, another free one.
look_hubs() {
  local name id tier state tag group
  HUB_STATE='' HUB_OURS=false HUB_FOUND_TIER='' HUB_ELSEWHERE='' OTHER_FREE_HUB=''
  call_az 'cannot read the IoT Hubs of the subscription' iot hub list --query "[].[name,id,sku.name,properties.state,tags.\"$TAG_NAME\"]" -o tsv
  while IFS=$'\t' read -r name id tier state tag; do
    [ -n "$name" ] || continue
    group=${id#*/resourceGroups/} group=${group#*/resourcegroups/} group=${group%%/*}
    if ! same_name "$name" "$HUB"; then
      [ "$tier" != F1 ] || OTHER_FREE_HUB=$name
    elif ! same_name "$group" "$GROUP"; then
      HUB_ELSEWHERE=$group
    else
      HUB_STATE=${state/None/Activating} HUB_FOUND_TIER=$tier
      [ "$tag" != "$NAME" ] || { HUB_OURS=true; made "IoT Hub $HUB, with its devices"; }
    fi
  done <<EOF
$AZ_OUT
EOF
}

# What is there already and does not fit: refuses before anything is made.
refuse_what_is_not_ours() {
  if [ "$SKIP_CLUSTER" = false ] && [ -n "$CLUSTER_STATE" ]; then
    [ "$CLUSTER_OURS" = true ] || fail 3 "the AKS cluster $CLUSTER in $GROUP is not of this script (it has no tag $TAG_NAME=$NAME)" \
      "To use it: az aks get-credentials --resource-group $GROUP --name $CLUSTER, then --skip-cluster --context $CLUSTER. To make another one: --cluster NAME"
    same_name "$CLUSTER_SIZE" "$NODE_SIZE" || [ -z "$CLUSTER_SIZE" ] || fail 3 "the AKS cluster $CLUSTER has nodes of $CLUSTER_SIZE, and you ask for $NODE_SIZE" \
      "To keep it: --node-size $CLUSTER_SIZE. To change the nodes, use: az aks nodepool. To make another cluster: --cluster NAME"
  fi
  if [ "$SKIP_HUB" = false ]; then
    [ -z "$HUB_ELSEWHERE" ] || fail 3 "the IoT Hub $HUB is in the resource group $HUB_ELSEWHERE, not in $GROUP" 'To use it: --skip-hub with its service connection string. To make another one: --hub NAME'
    if [ -n "$HUB_STATE" ]; then
      [ "$HUB_OURS" = true ] || fail 3 "the IoT Hub $HUB in $GROUP is not of this script (it has no tag $TAG_NAME=$NAME)" \
        'To use it: --skip-hub with its service connection string. To make another one: --hub NAME'
      case $HUB_FOUND_TIER in B*) fail 3 "the IoT Hub $HUB has the tier $HUB_FOUND_TIER; basic tiers have no twins" 'Take another one: --hub NAME' ;; esac
    elif [ "$HUB_TIER" = F1 ] && [ -n "$OTHER_FREE_HUB" ]; then
      fail 3 "a subscription may have one free hub (F1), and this one has $OTHER_FREE_HUB" 'Use that hub with --skip-hub, or take --hub-tier S1'
    fi
  fi
}

describe() {
  GROUP_WORDS=make CLUSTER_WORDS=make HUB_WORDS=make
  case $GROUP_STATE in
    '') ;;
    Deleting) GROUP_WORDS='make, once the deletion of the old one is done' ;;
    *) if [ "$GROUP_OURS" = true ]; then GROUP_WORDS='keep'; else GROUP_WORDS='use (it is yours; it gets no tag and is never deleted)'; fi ;;
  esac
  case $CLUSTER_STATE in
    '') ;;
    Deleting) CLUSTER_WORDS='make, once the deletion of the old one is done' ;;
    Failed) CLUSTER_WORDS='try again (its state is Failed)' ;;
    *) CLUSTER_WORDS="keep (its state is $CLUSTER_STATE)"; [ "$CLUSTER_POWER" != Stopped ] || CLUSTER_WORDS='start (it is stopped)' ;;
  esac
  [ -z "$HUB_STATE" ] || HUB_WORDS="keep (its state is $HUB_STATE)"
}

# ---- make ----

all_tags() { echo "$TAG_NAME=$NAME${TAGS:+ $TAGS}"; }

make_group() {
  if [ "$GROUP_STATE" = Deleting ]; then
    say "==> wait until the old resource group $GROUP is deleted"
    deadline_in "$TIMEOUT"
    while [ -n "$GROUP_STATE" ]; do
      past_deadline && fail 4 "the old resource group $GROUP is still there after $TIMEOUT; its state is $GROUP_STATE"
      pause
      look_group
    done
    CLUSTER_STATE='' HUB_STATE=''
  fi
  [ -z "$GROUP_STATE" ] || return 0
  say "==> make the resource group $GROUP"
  # shellcheck disable=SC2046 # one word for each tag
  call_az "cannot make the resource group $GROUP" group create --name "$GROUP" --location "$LOCATION" --tags $(all_tags) -o none
  GROUP_STATE=Succeeded
  made "resource group $GROUP"
}

# start_cluster: asks Azure for the cluster and does not wait.
start_cluster() {
  if [ "$CLUSTER_STATE" = Deleting ]; then
    say "==> wait until the old AKS cluster $CLUSTER is deleted"
    deadline_in "$TIMEOUT"
    while [ "$CLUSTER_STATE" = Deleting ]; do
      past_deadline && fail 4 "the old AKS cluster $CLUSTER is still there after $TIMEOUT"
      pause
      look_cluster
    done
  fi
  case $CLUSTER_STATE in
    '' | Failed) create_cluster ;;
    *)
      if [ "$CLUSTER_POWER" = Stopped ] && [ "$CLUSTER_STATE" = Succeeded ]; then
        say "==> start the AKS cluster $CLUSTER"
        call_az "cannot start the AKS cluster $CLUSTER" aks start --resource-group "$GROUP" --name "$CLUSTER" --no-wait -o none
      fi ;;
  esac
}

# The same call on a cluster in the state Failed makes Azure try again.
create_cluster() {
  say "==> make the AKS cluster $CLUSTER"
  # shellcheck disable=SC2046 # one word for each tag
  call_az "cannot make the AKS cluster $CLUSTER" aks create --resource-group "$GROUP" --name "$CLUSTER" --location "$LOCATION" \
    --node-count "$NODE_COUNT" --node-vm-size "$NODE_SIZE" --node-osdisk-size "$NODE_DISK_SIZE" --node-osdisk-type Managed --os-sku Ubuntu \
    --tier "$CLUSTER_TIER" --enable-managed-identity --no-ssh-key ${KUBERNETES_VERSION:+--kubernetes-version "$KUBERNETES_VERSION"} \
    ${SUBNET:+--vnet-subnet-id "$SUBNET"} ${HTTP_PROXY_CONFIG:+--http-proxy-config "$HTTP_PROXY_CONFIG"} \
    --tags $(all_tags) --yes --no-wait -o none
  CLUSTER_STATE=Creating CLUSTER_OURS=true
  made "AKS cluster $CLUSTER"
}

# wait_cluster: a look that fails is no end (networks fail for a moment); the message at the deadline has its reason.
wait_cluster() {
  local told='' tried_again=false last=''
  deadline_in "$TIMEOUT"
  while :; do
    try_az aks show --resource-group "$GROUP" --name "$CLUSTER" --query '[provisioningState,powerState.code]' -o tsv
    if [ "$AZ_CODE" = 0 ]; then
      lines_of "$AZ_OUT" CLUSTER_STATE CLUSTER_POWER
      last="its state is $CLUSTER_STATE"
      case $CLUSTER_STATE in
        Succeeded) [ "$CLUSTER_POWER" = Stopped ] || return 0; last='it is stopped' ;;
        Failed | Canceled)
          if [ "$tried_again" = true ] || [ "$FAILED_BEFORE" = false ]; then cluster_failed; fi
          # It had failed before this run. Azure needs a moment until its state shows the new try.
          tried_again=true ;;
      esac
      [ "$CLUSTER_STATE" = Failed ] || FAILED_BEFORE=false
    else
      last=$AZ_ERR
    fi
    [ "$last" = "$told" ] || { say "    AKS cluster $CLUSTER: $last"; told=$last; }
    if past_deadline; then
      [ "$CLUSTER_STATE" != Failed ] || cluster_failed
      fail 4 "the AKS cluster $CLUSTER is not ready after $TIMEOUT; $last"
    fi
    pause
  done
}
cluster_failed() {
  local why
  try_az monitor activity-log list --resource-group "$GROUP" --status Failed --offset 6h --max-events 20 --query '[].[resourceId,properties.statusMessage]' -o tsv
  why=$(printf '%s\n' "$AZ_OUT" | awk -F '\t' -v name="/managedclusters/$(lower "$CLUSTER")" 'index(tolower($1), name) && $2 != "None" { print $2; exit }' | cut -c 1-600)
  fail 5 "Azure could not make the AKS cluster $CLUSTER; its state is $CLUSTER_STATE" ${why:+"$why"} 'Often the region has no room for the size, or a policy or the network forbids something. Take another --node-size or --location after --destroy, or run the same command again.'
}

start_hub() {
  case $HUB_STATE in
    '') ;;
    *) return 0 ;;
  esac
  say "==> make the IoT Hub $HUB"
  # shellcheck disable=SC2046 # one word for each tag
  call_az "cannot make the IoT Hub $HUB" iot hub create --resource-group "$GROUP" --name "$HUB" --location "$LOCATION" \
    --sku "$HUB_TIER" --unit "$HUB_UNITS" --partition-count "$([ "$HUB_TIER" = F1 ] && echo 2 || echo 4)" --min-tls-version 1.2 \
    --tags $(all_tags) --no-wait -o none
  HUB_STATE=Activating HUB_OURS=true
  made "IoT Hub $HUB, with its devices"
}

# wait_hub: sets HUB_HOST
wait_hub() {
  local told='' last='' state host no_keys
  deadline_in "$TIMEOUT"
  while :; do
    try_az iot hub show --resource-group "$GROUP" --name "$HUB" --query '[properties.state,properties.hostName,properties.disableLocalAuth]' -o tsv
    if [ "$AZ_CODE" = 0 ]; then
      lines_of "$AZ_OUT" state host no_keys
      last="its state is $state"
      case $state in
        Active)
          case $no_keys in true | True) fail 3 "the IoT Hub $HUB refuses keys (disableLocalAuth), perhaps by a policy of your company" \
            "Create the device with Entra ID: edge-vm create $DEVICE --register --hub $HUB" ;; esac
          HUB_HOST=$host
          return 0 ;;
        *Failed*) fail 5 "Azure could not make the IoT Hub $HUB; $last" 'Delete it and run the same command again, or take another --location.' ;;
      esac
    else
      last=$AZ_ERR
    fi
    [ "$last" = "$told" ] || { say "    IoT Hub $HUB: $last"; told=$last; }
    past_deadline && fail 4 "the IoT Hub $HUB is not ready after $TIMEOUT; $last"
    pause
  done
}

# make_policy: a policy with no more rights than edge-vm needs. The query keeps the keys out of the answer.
make_policy() {
  local rights
  call_az "cannot read the policies of the hub $HUB" iot hub policy list --resource-group "$GROUP" --hub-name "$HUB" --query '[].[keyName,rights]' -o tsv
  rights=$(printf '%s\n' "$AZ_OUT" | awk -F '\t' -v name="$HUB_POLICY" 'tolower($1) == tolower(name) { print $2 }')
  case $rights in
    '')
      say "==> make the policy $HUB_POLICY of the hub"
      # shellcheck disable=SC2086 # one word for each right
      call_az "cannot make the policy $HUB_POLICY of the hub $HUB" iot hub policy create --resource-group "$GROUP" --hub-name "$HUB" \
        --name "$HUB_POLICY" --permissions $HUB_RIGHTS -o none ;;
    *)
      for right in $HUB_RIGHTS; do
        case $rights in *"$right"*) ;; *) fail 3 "the policy $HUB_POLICY of the hub $HUB has the rights $rights; edge-vm needs ${HUB_RIGHTS// /, } too" 'Take another one: --hub-policy NAME' ;; esac
      done ;;
  esac
}

# read_hub_key: sets HUB_CONNECTION_STRING. It stays in this shell and in the environment of edge-vm.
read_hub_key() {
  case $- in *x*) set +x; say 'tracing is off from here on, because the key of the hub would show' ;; esac
  call_az "cannot read the key of the policy $HUB_POLICY of the hub $HUB" iot hub policy show --resource-group "$GROUP" --hub-name "$HUB" \
    --name "$HUB_POLICY" --query '[primaryKey]' -o tsv
  [ -n "$AZ_OUT" ] || fail 1 "the policy $HUB_POLICY of the hub $HUB has no key"
  HUB_CONNECTION_STRING="HostName=$HUB_HOST;SharedAccessKeyName=$HUB_POLICY;SharedAccessKey=$AZ_OUT"
  AZ_OUT=
}
