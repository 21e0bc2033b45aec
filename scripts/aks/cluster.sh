# In the cluster: kubeconfig, nodes, KubeVirt, storage class, the device. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

# kube ARGUMENTS...: kubectl on the chosen cluster, with a time limit. KUBE_CODE, KUBE_OUT, KUBE_ERR.
kube() {
  KUBE_CODE=0
  KUBE_OUT=$(limited "$CALL_TIMEOUT" kubectl ${KUBECONFIG_FILE:+--kubeconfig "$KUBECONFIG_FILE"} ${CONTEXT:+--context "$CONTEXT"} "$@" 2>"$WORK/stderr") || KUBE_CODE=$?
  KUBE_ERR=$(head -n 3 "$WORK/stderr")
  [ "$KUBE_CODE" != 124 ] || KUBE_ERR="kubectl gave no answer in $CALL_TIMEOUT seconds"
  [ "$KUBE_CODE" != 130 ] || interrupted
}

# A kubeconfig of its own, mode 0600. ~/.kube/config stays as it is.
get_credentials() {
  local folder
  folder=$(dirname "$KUBECONFIG_FILE")
  [ -d "$folder" ] || mkdir -p "$folder" || fail 1 "cannot make the folder $folder for the kubeconfig"
  CONTEXT=$CLUSTER
  call_az "cannot get the credentials of the AKS cluster $CLUSTER" aks get-credentials --resource-group "$GROUP" --name "$CLUSTER" \
    --file "$KUBECONFIG_FILE" --context "$CONTEXT" --overwrite-existing
}

wait_nodes() {
  local told='' last
  deadline_in "$TIMEOUT"
  while :; do
    kube get nodes -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
    if [ "$KUBE_CODE" != 0 ]; then last=$KUBE_ERR
    elif [ -z "$KUBE_OUT" ]; then last='it has no node yet'
    else
      last=$(printf '%s\n' "$KUBE_OUT" | awk '$2 != "True" { n++; if (n <= 3) names = names " " $1 } END { if (n) print n " nodes are not ready:" names }')
      [ -n "$last" ] || return 0
    fi
    [ "$last" = "$told" ] || { say "    nodes: $last"; told=$last; }
    past_deadline && fail 4 "the nodes of the cluster are not ready after $TIMEOUT; $last"
    pause
  done
}

install_kubevirt() {
  local code=0
  say '==> install KubeVirt and CDI'
  "$KUBEVIRT_INSTALL" ${KUBECONFIG_FILE:+--kubeconfig "$KUBECONFIG_FILE"} ${CONTEXT:+--context "$CONTEXT"} \
    ${KUBEVIRT_VERSION:+--kubevirt-version "$KUBEVIRT_VERSION"} ${CDI_VERSION:+--cdi-version "$CDI_VERSION"} ${MANIFESTS:+--manifests "$MANIFESTS"} \
    --emulation "$EMULATION" --infra-anywhere ${STORAGE_CLASS:+--storage-class "$STORAGE_CLASS"} --timeout "$TIMEOUT" --yes || code=$?
  [ "$code" != 130 ] || interrupted
  [ "$code" = 0 ] || fail "$code" 'KubeVirt and CDI are not ready; the message above says why'
}

# check_storage_class: it is there, and CDI knows which access modes it has.
check_storage_class() {
  local name mode
  if [ -n "$STORAGE_CLASS" ]; then
    kube get storageclass "$STORAGE_CLASS" -o 'jsonpath={.metadata.name}{"\n"}{.volumeBindingMode}{"\n"}'
    [ "$KUBE_CODE" = 0 ] || fail 3 "cannot use the storage class $STORAGE_CLASS: $KUBE_ERR" 'All classes: kubectl get storageclass. Another one: --storage-class NAME'
  else
    kube get storageclass -o 'jsonpath={range .items[?(@.metadata.annotations.storageclass\.kubernetes\.io/is-default-class=="true")]}{.metadata.name}{"\n"}{.volumeBindingMode}{"\n"}{end}'
    [ "$KUBE_CODE" = 0 ] || fail 3 "cannot read the storage classes: $KUBE_ERR"
    [ -n "$KUBE_OUT" ] || fail 3 'the cluster has no default storage class' 'Name one: --storage-class NAME'
  fi
  lines_of "$KUBE_OUT" name mode
  kube get storageprofile "$name" -o 'jsonpath={.status.claimPropertySets[*].accessModes}'
  if [ "$KUBE_CODE" != 0 ] || [ -z "$KUBE_OUT" ]; then
    say "    note: CDI does not know the access modes of the storage class $name. If the disk fails with claim-invalid, add: -- --access-mode ReadWriteOnce --volume-mode Filesystem"
  fi
  say "    storage class $name, ${mode:-Immediate}"
}

# edge_vm ARGUMENTS...: edge-vm on the chosen cluster and hub. The key is in its environment only.
edge_vm() {
  EDGE_VM_HUB_CONNECTION_STRING="$HUB_CONNECTION_STRING" "$EDGE_VM" "$@" ${KUBECONFIG_FILE:+--kubeconfig "$KUBECONFIG_FILE"} ${CONTEXT:+--context "$CONTEXT"} ${NAMESPACE:+--namespace "$NAMESPACE"}
}

create_device() {
  local code=0
  say "==> create the device $DEVICE"
  edge_vm create "$DEVICE" --register --cpus "$DEVICE_CPUS" --memory "$DEVICE_MEMORY" --disk-size "$DEVICE_DISK_SIZE" \
    ${STORAGE_CLASS:+--storage-class "$STORAGE_CLASS"} --timeout "$TIMEOUT" ${CREATE_FLAGS[@]+"${CREATE_FLAGS[@]}"} || code=$?
  [ "$code" != 130 ] || interrupted
  [ "$code" = 0 ] || fail "$code" "the device $DEVICE is not connected; the message above says why"
}

print_next() {
  local where
  if [ -n "$KUBECONFIG_FILE" ]; then where="export KUBECONFIG='$KUBECONFIG_FILE'"; else where="kubectl config use-context '${CONTEXT:-$(kubectl config current-context 2>/dev/null)}'"; fi
  echo
  if [ -n "$DEVICE" ]; then echo "Done. The device $DEVICE is connected."; else echo 'Done.'; fi
  echo
  echo 'Next, in your shell:'
  echo "  $where"
  if [ "$SKIP_HUB" = false ]; then
    echo "  export EDGE_VM_HUB_CONNECTION_STRING=\"HostName=$HUB_HOST;SharedAccessKeyName=$HUB_POLICY;SharedAccessKey=\$(az iot hub policy show --hub-name $HUB --name $HUB_POLICY --query primaryKey -o tsv)\""
  fi
  echo "  edge-vm status ${DEVICE:-NAME}${NAMESPACE:+ --namespace $NAMESPACE}"
  echo '  edge-vm create gw-02 --register'
  if [ "$SKIP_CLUSTER" = false ]; then
    echo
    echo "Your ~/.kube/config was not changed. To add the cluster to it:"
    echo "  KUBECONFIG=~/.kube/config:'$KUBECONFIG_FILE' kubectl config view --flatten > merged && mv merged ~/.kube/config"
  fi
  if [ "$USES_AZURE" = true ]; then
    echo
    echo "To delete all of it again: the same command with --destroy"
  fi
}
