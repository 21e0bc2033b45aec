# What is looked at before anything is made: programs, subscription, providers, node size, quota, names.
# Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

OLDEST_AZ=2.61.0

# version_at_least HAVE WANT: dotted numbers
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]; }

# All missing programs at once.
check_programs() {
  local missing=''
  if [ "$USES_AZURE" = true ] && ! command -v az >/dev/null 2>&1; then
    missing="$missing
  az: the Azure CLI, https://learn.microsoft.com/cli/azure/install-azure-cli"
  fi
  if [ "$USES_CLUSTER" = true ] && ! command -v kubectl >/dev/null 2>&1; then
    missing="$missing
  kubectl: https://kubernetes.io/docs/tasks/tools/ (or: az aks install-cli)"
  fi
  if [ "$USES_CLUSTER" = true ] && [ -n "$DEVICE" ] && ! command -v "$EDGE_VM" >/dev/null 2>&1; then
    missing="$missing
  edge-vm: $EDGE_VM; or set EDGE_VM_AKS_EDGE_VM to its path"
  fi
  if [ "$USES_CLUSTER" = true ] && [ "$ACTION" = create ] && [ "$SKIP_KUBEVIRT" = false ] && [ ! -x "$KUBEVIRT_INSTALL" ]; then
    missing="$missing
  kubevirt-install.sh: $KUBEVIRT_INSTALL"
  fi
  if [ -n "$missing" ]; then
    say "error: missing programs:$missing"
    exit 3
  fi
}

check_account() {
  local version state name id
  call_az 'cannot ask az for its version' version --query '["azure-cli"]' -o tsv
  lines_of "$AZ_OUT" version
  version_at_least "${version:-0}" "$OLDEST_AZ" ||
    fail 3 "az ${version:-of an unknown version} is too old; this script needs $OLDEST_AZ or newer" 'Run: az upgrade'
  try_az account show ${SUBSCRIPTION:+--subscription "$SUBSCRIPTION"} --query '[id,name,state]' -o tsv
  if [ "$AZ_CODE" != 0 ]; then
    case $AZ_ERR in
      *"doesn't exist"* | *'not found'*) fail 3 "no subscription '$SUBSCRIPTION': $AZ_ERR" 'Your subscriptions: az account list --output table' ;;
      *) az_failed 'not logged in to Azure' ;;
    esac
  fi
  lines_of "$AZ_OUT" id name state
  [ "$state" = Enabled ] || fail 3 "the subscription $name is not usable: its state is $state, not Enabled" 'Another one: --subscription NAME. Your subscriptions: az account list --output table'
  # Every later call names it, so that "az account set" in another window changes nothing here.
  SUBSCRIPTION_ID=$id
  SUBSCRIPTION_WORDS="$name ($id)"
}

# Sets UNREGISTERED to the resource providers that the subscription must register first.
check_providers() {
  local needed='' namespace state
  [ "$SKIP_CLUSTER" = true ] || needed='Microsoft.Compute Microsoft.ContainerService Microsoft.Network'
  [ "$SKIP_HUB" = true ] || needed="$needed Microsoft.Devices"
  call_az 'cannot read the resource providers' provider list --query '[].[namespace,registrationState]' -o tsv
  UNREGISTERED=
  for namespace in $needed; do
    state=$(printf '%s\n' "$AZ_OUT" | awk -F '\t' -v name="$namespace" 'tolower($1) == tolower(name) { print $2 }')
    [ "$state" = Registered ] || UNREGISTERED="$UNREGISTERED${UNREGISTERED:+ }$namespace"
  done
  REGISTER_WORDS=${UNREGISTERED:+register $UNREGISTERED}
}
is_registered() { case " $UNREGISTERED " in *" $1 "*) return 1 ;; esac; }

register_providers() {
  local namespace
  for namespace in $UNREGISTERED; do
    say "==> register the resource provider $namespace"
    call_az "cannot register the resource provider $namespace" provider register --namespace "$namespace" --wait -o none
  done
  UNREGISTERED=
}

# check_size: is the node size offered, unrestricted, and within the quota? If not, names sizes that are.
check_size() {
  local row name family vcpus arch reason need skus used limit
  call_az "cannot read the VM sizes of $LOCATION" vm list-skus --location "$LOCATION" --resource-type virtualMachines --all \
    --query "[].[name,family,capabilities[?name=='vCPUs']|[0].value,capabilities[?name=='CpuArchitectureType']|[0].value,restrictions[?type=='Location']|[0].reasonCode]" -o tsv
  skus=$AZ_OUT
  [ -n "$skus" ] || fail 3 "Azure offers this subscription no VM size in the location '$LOCATION'" 'Names of locations: az account list-locations --query "[].name" --output tsv'
  row=$(printf '%s\n' "$skus" | awk -F '\t' -v size="$NODE_SIZE" 'tolower($1) == tolower(size)' | head -n 1)
  call_az "cannot read the quota of $LOCATION" vm list-usage --location "$LOCATION" --query '[].[name.value,currentValue,limit]' -o tsv
  USAGE=$AZ_OUT
  [ -n "$row" ] || fail 3 "the location $LOCATION does not offer the node size $NODE_SIZE" "$(candidates "$skus")"
  IFS=$'\t' read -r name family vcpus arch reason <<EOF
$row
EOF
  case $arch in Arm64 | arm64) fail 3 "the node size $name has an arm64 processor" 'arm64 sizes of Azure have no nested virtualization, so KubeVirt cannot start a VM on them.' "$(candidates "$skus")" ;; esac
  case $reason in
    None) ;;
    NotAvailableForSubscription) fail 3 "the node size $name is not available to this subscription in $LOCATION (NotAvailableForSubscription)" "$(candidates "$skus")" ;;
    *) fail 3 "the node size $name is restricted for this subscription in $LOCATION ($reason)" "$(candidates "$skus")" ;;
  esac
  [ "$vcpus" -ge 2 ] || fail 3 "the node size $name has $vcpus vCPU; the nodes of an AKS system pool need 2 or more" "$(candidates "$skus")"
  need=$((vcpus * NODE_COUNT))
  for row in "$family" cores; do
    read -r used limit <<EOF
$(quota_of "$row")
EOF
    [ -n "$limit" ] || continue
    [ "$((used + need))" -le "$limit" ] ||
      fail 3 "the quota is too small: $NODE_COUNT x $name needs $need vCPUs; of '$row' in $LOCATION $used of $limit are used" \
        'More quota: https://learn.microsoft.com/azure/quotas/quickstart-increase-quota-portal' "$(candidates "$skus")"
  done
}
# quota_of FAMILY: "used limit" in vCPUs
quota_of() { printf '%s\n' "$USAGE" | awk -F '\t' -v family="$1" 'tolower($1) == tolower(family) { print int($2), int($3); exit }'; }

# candidates SKUS: sizes of this location with nested virtualization, 4 or 8 vCPUs, no restriction and enough quota.
candidates() {
  local found
  found=$(printf '%s\n--\n%s\n' "$USAGE" "$1" | awk -F '\t' -v count="$NODE_COUNT" '
    NR == FNR { if ($2 == "yes") nested[$1] = 1; next }
    $0 == "--" { sizes = 1; next }
    !sizes { left[tolower($1)] = $3 - $2; next }
    {
      series = $1
      sub(/^Standard_/, "", series)
      match(series, /[0-9]+(-[0-9]+)?/)
      if (!RSTART) next
      series = substr(series, 1, RSTART - 1) substr(series, RSTART + RLENGTH)
      if (!nested[series] || $4 == "Arm64" || $5 != "None" || ($3 != 4 && $3 != 8)) next
      family = tolower($2)
      if ((family in left) && left[family] < $3 * count) next
      if (("cores" in left) && left["cores"] < $3 * count) next
      print $3, $1
    }' "$SIZES" - | sort -n | awk '{ print $2 }' | head -n 5 | paste -s -d , - | sed 's/,/, /g')
  if [ -n "$found" ]; then echo "Sizes that work here: $found"
  else echo "No size with 4 or 8 vCPUs works here with the present quota; try another --location."; fi
}

# check_hub_name: names of hubs are global. Somebody else may have it, or a hub that was deleted a short time ago.
check_hub_name() {
  local available reason message
  call_az "cannot check the name of the hub" rest --method post \
    --url "/subscriptions/$SUBSCRIPTION_ID/providers/Microsoft.Devices/checkNameAvailability?api-version=2023-06-30" \
    --body "{\"name\":\"$HUB\"}" --query '[nameAvailable,reason,message]' -o tsv
  lines_of "$AZ_OUT" available reason message
  case $available in
    true | True) ;;
    *) fail 3 "the name of the hub, $HUB, is not free: ${message:-$reason}" 'Names of hubs are global; the name of a hub that was just deleted stays taken for a while. Take another one: --hub NAME' ;;
  esac
}
