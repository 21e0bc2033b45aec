# In the cluster: kubeconfig, nodes, KubeVirt, storage class, the device. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

# kube ARGUMENTS...: kubectl on the chosen cluster, with a time limit. KUBE_CODE, KUBE_OUT, KUBE_ERR.
kube() {
  KUBE_CODE=0
  KUBE_OUT=$(limited "$CALL_TIMEOUT" kubectl ${KUBECONFIG_FILE:+--kubeconfig "$KUBECONFIG_FILE"} ${CONTEXT:+--context "$CONTEXT"} "$@" 2>"$WORK/stderr") || KUBE_CODE=$?
  # Without the log lines of its libraries, on one line.
  KUBE_ERR=$({ grep -Ev '^[EWI][0-9]{4} ' "$WORK/stderr" || true; } | head -n 3 | paste -s -d ' ' -)
  [ "$KUBE_CODE" != 124 ] || KUBE_ERR="kubectl gave no answer in $CALL_TIMEOUT seconds"
  [ "$KUBE_CODE" != 130 ] || interrupted
}

# name_cluster: with --skip-cluster, sets CLUSTER_NAMED to what the kubeconfig calls the cluster. Reads files only.
name_cluster() {
  local context server
  [ "$SKIP_CLUSTER" = true ] || return 0
  CLUSTER_NAMED="context ${CONTEXT:-(the current one)}"
  command -v kubectl >/dev/null 2>&1 || return 0
  kube config view --minify -o 'jsonpath={.current-context}{"\n"}{.clusters[0].cluster.server}{"\n"}'
  [ "$KUBE_CODE" = 0 ] || return 0
  lines_of "$KUBE_OUT" context server
  [ -z "$context" ] || CLUSTER_NAMED="context $context${server:+ ($server)}"
}

# check_cluster: with --skip-cluster, does the cluster answer, and has it the storage class? Asked before anything is made.
check_cluster() {
  kube get --raw /version
  # A cluster that keeps its version to itself answers too.
  case $KUBE_CODE$KUBE_ERR in
    0* | *[Ff]orbidden*) ;;
    *) fail 3 "the cluster does not answer ($CLUSTER_NAMED): $KUBE_ERR" 'Your contexts: kubectl config get-contexts. Another one: --context NAME, --kubeconfig FILE. To make an AKS cluster: the same command without --skip-cluster' ;;
  esac
  [ -z "$DEVICE" ] || find_storage_class
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

# find_storage_class: sets CLASS_NAME and CLASS_MODE.
find_storage_class() {
  local problem
  if [ -n "$STORAGE_CLASS" ]; then
    kube get storageclass "$STORAGE_CLASS" -o 'jsonpath={.metadata.name}{"\n"}{.volumeBindingMode}{"\n"}'
    if [ "$KUBE_CODE" != 0 ]; then
      problem=$KUBE_ERR
      kube get storageclass -o 'jsonpath={.items[*].metadata.name}'
      fail 3 "cannot use the storage class $STORAGE_CLASS: $problem" "The cluster has: ${KUBE_OUT:-none that can be listed}. Another one: --storage-class NAME"
    fi
  else
    kube get storageclass -o 'jsonpath={range .items[?(@.metadata.annotations.storageclass\.kubernetes\.io/is-default-class=="true")]}{.metadata.name}{"\n"}{.volumeBindingMode}{"\n"}{end}'
    [ "$KUBE_CODE" = 0 ] || fail 3 "cannot read the storage classes: $KUBE_ERR"
    [ -n "$KUBE_OUT" ] || fail 3 'the cluster has no default storage class' 'Name one: --storage-class NAME'
  fi
  lines_of "$KUBE_OUT" CLASS_NAME CLASS_MODE
}

# check_storage_class: it is there, and CDI knows which access modes it has.
check_storage_class() {
  find_storage_class
  kube get storageprofile "$CLASS_NAME" -o 'jsonpath={.status.claimPropertySets[*].accessModes}'
  if [ "$KUBE_CODE" != 0 ] || [ -z "$KUBE_OUT" ]; then
    say "    note: CDI does not know the access modes of the storage class $CLASS_NAME. If the disk fails with claim-invalid, add: -- --access-mode ReadWriteOnce --volume-mode Filesystem"
  fi
  say "    storage class $CLASS_NAME, ${CLASS_MODE:-Immediate}"
}

# edge_vm ARGUMENTS...: edge-vm on the chosen cluster and hub. The key is in its environment only.
edge_vm() {
  EDGE_VM_HUB_CONNECTION_STRING="$HUB_CONNECTION_STRING" "$EDGE_VM" "$@" ${KUBECONFIG_FILE:+--kubeconfig "$KUBECONFIG_FILE"} ${CONTEXT:+--context "$CONTEXT"} ${NAMESPACE:+--namespace "$NAMESPACE"}
}

# Sets CREATE_ARGUMENTS. Flags after -- come last.
create_arguments() {
  CREATE_ARGUMENTS=(create "$DEVICE" --register --cpus "$DEVICE_CPUS" --memory "$DEVICE_MEMORY" --disk-size "$DEVICE_DISK_SIZE")
  [ -z "$STORAGE_CLASS" ] || CREATE_ARGUMENTS+=(--storage-class "$STORAGE_CLASS")
  CREATE_ARGUMENTS+=(--timeout "$TIMEOUT" ${CREATE_FLAGS[@]+"${CREATE_FLAGS[@]}"})
}

# check_create_flags: does edge-vm accept the flags of the device? Asked before anything is made. An empty kubeconfig lets
# edge-vm check its flags and end there, without the network.
check_create_flags() {
  local code=0 text
  [ -n "$DEVICE" ] || return 0
  create_arguments
  (limited "$CALL_TIMEOUT" env -u EDGE_VM_HUB_CONNECTION_STRING "$EDGE_VM" "${CREATE_ARGUMENTS[@]}" ${NAMESPACE:+--namespace "$NAMESPACE"} \
    --dry-run=client --kubeconfig /dev/null >/dev/null 2>"$WORK/flags") || code=$?
  # The hint of edge-vm names its own help; the one below is for this script.
  text=$(sed -e '/^cause: /d' -e '/^hint: /d' -e 's/^error: //' "$WORK/flags")
  case $code in
    2) fail 2 "edge-vm create does not accept these flags: $text" 'Nothing was made. The flags after -- are those of: edge-vm create --help' ;;
    126 | 127)
      [ "$WHAT_IF" = true ] || fail 3 "edge-vm cannot run: $text" "Look at $EDGE_VM. It needs Node.js." ;;
    130) interrupted ;;
  esac
}

create_device() {
  local code=0
  say "==> create the device $DEVICE"
  create_arguments
  edge_vm "${CREATE_ARGUMENTS[@]}" || code=$?
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
