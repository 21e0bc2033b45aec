# --destroy: names what it will delete, asks, and deletes only what has the tag of this name. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

# list_resources: OURS and FOREIGN, one "type name" a line, of the resource group
list_resources() {
  local type name tag
  OURS='' FOREIGN=''
  try_az resource list --resource-group "$GROUP" --query "[].[type,name,tags.\"$TAG_NAME\"]" -o tsv
  if not_found; then return 0; fi
  [ "$AZ_CODE" = 0 ] || az_failed "cannot list the resources of $GROUP"
  while IFS=$'\t' read -r type name tag; do
    [ -n "$type" ] || continue
    if [ "$tag" = "$NAME" ] && is_ours "$(lower "$type")" "$name"; then
      OURS="$OURS$type $name
"
    else
      FOREIGN="$FOREIGN$type $name
"
    fi
  done <<EOF
$AZ_OUT
EOF
}
# The script makes these two, and no other resource gets its tag by itself. --skip-… leaves what it names.
is_ours() {
  case $1 in
    microsoft.containerservice/managedclusters) [ "$SKIP_CLUSTER" = false ] ;;
    microsoft.devices/iothubs) [ "$SKIP_HUB" = false ] ;;
    *) return 1 ;;
  esac
}

destroy() {
  local whole=false
  [ "$USES_AZURE" = false ] || look_group
  if [ "$USES_AZURE" = true ] && [ "$GROUP_STATE" = Deleting ]; then
    say "The resource group $GROUP is being deleted."
    wait_group_gone
    destroy_files
    return 0
  fi
  OURS='' FOREIGN=''
  if [ "$USES_AZURE" = true ] && [ -n "$GROUP_STATE" ]; then
    list_resources
    [ "$GROUP_OURS" = true ] && [ -z "$FOREIGN" ] && whole=true
  fi
  device_to_delete
  if [ -z "$OURS" ] && [ "$whole" = false ] && [ "$DELETE_DEVICE" = false ]; then
    echo "There is nothing to delete: $(nothing_words)"
    destroy_files
    return 0
  fi
  print_destruction "$whole"
  ask 'Delete this?'
  [ "$DELETE_DEVICE" = false ] || delete_device
  if [ "$whole" = true ]; then delete_group; else delete_resources; fi
  destroy_files
  echo 'Deleted.'
}
nothing_words() {
  if [ "$USES_AZURE" = false ]; then echo 'no device was named'
  elif [ -z "$GROUP_STATE" ]; then echo "there is no resource group $GROUP"
  else echo "nothing in the resource group $GROUP has the tag $TAG_NAME=$NAME"; fi
}

# The device has to be deleted by edge-vm if its cluster or its hub stays. Otherwise it goes with them.
device_to_delete() {
  DELETE_DEVICE=false
  [ -n "$DEVICE" ] || return 0
  if [ "$SKIP_CLUSTER" = true ]; then DELETE_DEVICE=true
  elif [ "$SKIP_HUB" = true ]; then case $OURS in *managedClusters*) DELETE_DEVICE=true ;; esac
  fi
}

# --what-if --destroy: by the names alone, because nothing was looked at.
print_intended_destruction() {
  local tagged="if it has the tag $TAG_NAME=$NAME"
  echo 'This would be deleted, if it is there:'
  if [ -n "$DEVICE" ] && { [ "$SKIP_CLUSTER" = true ] || [ "$SKIP_HUB" = true ]; }; then plan_line device "$DEVICE, with its disks${HUB_CONNECTION_STRING:+, and its identity in the hub}"; fi
  if [ "$USES_AZURE" = true ]; then
    plan_line subscription "$SUBSCRIPTION_WORDS"
    plan_line 'resource group' "$GROUP: $tagged, and if nothing else is in it"
    [ "$SKIP_CLUSTER" = true ] || plan_line 'AKS cluster' "$CLUSTER, with its nodes, all VMs in it and their disks: $tagged"
    [ "$SKIP_HUB" = true ] || plan_line 'IoT Hub' "${HUB:-$NAME-NNNNNNNNNN}, with the identities of all its devices: $tagged"
  fi
  if [ "$SKIP_CLUSTER" = false ] && [ "$KUBECONFIG_IS_OURS" = true ]; then plan_line file "$KUBECONFIG_FILE"; fi
  echo 'Nothing was looked at, and nothing was changed.'
}

print_destruction() {
  local type name
  echo 'This will be deleted:'
  [ "$DELETE_DEVICE" = false ] || echo "  device $DEVICE, with its disks${HUB_CONNECTION_STRING:+, and its identity in the hub}"
  [ "$1" = false ] || echo "  resource group $GROUP, with all that is in it:"
  while read -r type name; do
    [ -n "$type" ] || continue
    case $(lower "$type") in
      microsoft.containerservice/managedclusters) echo "  AKS cluster $name, with its nodes, all VMs in it and their disks" ;;
      microsoft.devices/iothubs) echo "  IoT Hub $name, with the identities of all its devices" ;;
    esac
  done <<EOF
$OURS
EOF
  if [ "$USES_AZURE" = true ] && [ "$1" = false ] && [ -n "$GROUP_STATE" ]; then
    echo 'This stays:'
    if [ "$GROUP_OURS" = true ]; then echo "  resource group $GROUP, because it holds what is not of this script"; else echo "  resource group $GROUP, which this script did not make"; fi
    printf '%s' "$FOREIGN" | sed 's/^/  /'
  fi
  [ "$SKIP_CLUSTER" = false ] || echo "KubeVirt and CDI stay in your cluster; to remove them: scripts/kubevirt-install.sh --uninstall"
}

delete_device() {
  local code=0
  if [ "$SKIP_CLUSTER" = false ]; then get_credentials; fi
  say "==> delete the device $DEVICE"
  if [ -n "$HUB_CONNECTION_STRING" ]; then
    edge_vm delete "$DEVICE" --deregister --ignore-not-found --yes || code=$?
  else
    edge_vm delete "$DEVICE" --ignore-not-found --yes || code=$?
  fi
  [ "$code" != 130 ] || interrupted
  [ "$code" = 0 ] || fail "$code" "the device $DEVICE is not deleted; the message above says why" 'Nothing else was deleted.'
}

# AKS refuses to delete a cluster while it is still being made.
wait_cluster_settled() {
  local told=''
  look_cluster
  deadline_in "$TIMEOUT"
  while :; do
    case $CLUSTER_STATE in Creating | Updating | Starting | Stopping | Upgrading | Scaling) ;; *) return 0 ;; esac
    [ "$told" = "$CLUSTER_STATE" ] || { say "    wait: the state of the AKS cluster $CLUSTER is $CLUSTER_STATE"; told=$CLUSTER_STATE; }
    past_deadline && fail 4 "the state of the AKS cluster $CLUSTER is still $CLUSTER_STATE after $TIMEOUT; AKS deletes no cluster in this state"
    pause
    look_cluster
  done
}

delete_group() {
  case $OURS in *managedClusters*) wait_cluster_settled ;; esac
  say "==> delete the resource group $GROUP"
  call_az "cannot delete the resource group $GROUP" group delete --name "$GROUP" --yes --no-wait
  wait_group_gone
}
wait_group_gone() {
  deadline_in "$TIMEOUT"
  while :; do
    MADE=
    try_az group exists --name "$GROUP" -o tsv
    case "$AZ_CODE $AZ_OUT" in '0 false' | '0 False') return 0 ;; esac
    past_deadline && fail 4 "the resource group $GROUP is still there after $TIMEOUT" ${AZ_ERR:+"$AZ_ERR"} 'Azure goes on with the deletion. Look with: az group show --name '"$GROUP"
    pause
  done
}

delete_resources() {
  local type name last=''
  case $OURS in *managedClusters*) wait_cluster_settled ;; esac
  while read -r type name <&3; do
    [ -n "$type" ] || continue
    case $(lower "$type") in
      microsoft.containerservice/managedclusters)
        say "==> delete the AKS cluster $name"
        call_az "cannot delete the AKS cluster $name" aks delete --resource-group "$GROUP" --name "$name" --yes --no-wait ;;
      microsoft.devices/iothubs)
        say "==> delete the IoT Hub $name"
        call_az "cannot delete the IoT Hub $name" iot hub delete --resource-group "$GROUP" --name "$name" --no-wait -o none ;;
    esac
  done 3<<EOF
$OURS
EOF
  deadline_in "$TIMEOUT"
  while [ -n "$OURS" ]; do
    past_deadline && fail 4 "still there after $TIMEOUT: $(printf '%s' "$OURS" | paste -s -d , -)" 'Azure goes on with the deletion.'
    list_resources
    [ -z "$OURS" ] || pause
  done
  MADE=
}

# The kubeconfig has the credentials of a cluster that is gone.
destroy_files() {
  if [ "$SKIP_CLUSTER" = false ] && [ "$KUBECONFIG_IS_OURS" = true ] && [ -e "$KUBECONFIG_FILE" ]; then
    rm -f "$KUBECONFIG_FILE"
    say "    removed $KUBECONFIG_FILE"
  fi
}
