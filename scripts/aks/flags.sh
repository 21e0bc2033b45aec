# Flags, their variables, and the checks that need no network. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the other files use these variables

usage() {
  cat <<'TEXT'
Usage: scripts/aks-bootstrap.sh [flags] [-- flags of edge-vm create]

From an Azure subscription to a connected IoT Edge device: a resource group, an
AKS cluster whose nodes can run VMs, KubeVirt and CDI, an IoT Hub with a policy
of its own, and the device.

It tells the plan and the cost, asks, and then makes it. You can run it again at
any time: it keeps what is there and continues. Log in first: az login

Examples:
  scripts/aks-bootstrap.sh --what-if
  scripts/aks-bootstrap.sh --location westeurope --device gw-01
  scripts/aks-bootstrap.sh --yes -- --gateway --ssh-key ~/.ssh/id_ed25519.pub
  scripts/aks-bootstrap.sh --skip-cluster --context k3s
  scripts/aks-bootstrap.sh --destroy

What to do:
  --what-if                  print the plan and the cost; calls no program of
                             Azure and uses no network. With --destroy: print
                             what that would delete
  --destroy                  delete what it made: it names that, and asks
  -y, --yes                  do not ask
  -h, --help                 this text

Names (in brackets the default):
  --name NAME                first part of all names, value of the tag [edge-vm]
  --subscription NAME|ID     [the one that az uses]
  --location NAME            Azure region [eastus]
  --resource-group NAME      [NAME]
  --tag KEY=VALUE            one more tag for all that is made; can be repeated

AKS cluster:
  --cluster NAME             [NAME]
  --kubernetes-version V     [that of AKS]
  --node-size SIZE           a size with nested virtualization [Standard_D4s_v5]
  --node-count N             [1]
  --node-disk-size GIB       system disk of a node [128]
  --cluster-tier TIER        free or standard (with an SLA) [free]
  --subnet ID                subnet of the nodes [AKS makes a network]
  --http-proxy-config FILE   proxy of the nodes, as of az aks create
  --accept-node-size         use a size that scripts/aks/sizes.tsv does not know
  --kubeconfig FILE          file that it writes
                             [~/.kube/edge-vm-RESOURCE_GROUP-CLUSTER.yaml]

A cluster that is there (Arc-enabled, k3s, any other):
  --skip-cluster             make no AKS cluster; use yours
  --context NAME             context of the kubeconfig [the current one]
  --kubeconfig FILE          kubeconfig to use [that of kubectl]

KubeVirt and CDI:
  --skip-kubevirt            leave KubeVirt and CDI as they are
  --kubevirt-version V       [pinned by scripts/kubevirt-install.sh]
  --cdi-version V            [pinned by scripts/kubevirt-install.sh]
  --manifests URL|DIR        where their manifests are
  --emulation WHEN           never, auto or yes: run VMs without KVM, slowly
                             [never on AKS, auto with --skip-cluster]
  --storage-class NAME       [managed-csi on AKS, else the cluster's default]

IoT Hub:
  --hub NAME                 global name [NAME-NUMBER, made from subscription
                             and resource group]
  --hub-tier TIER            S1, S2, S3 or F1 (free, one for a subscription)
                             [S1]
  --hub-units N              [1]
  --hub-policy NAME          policy with the rights RegistryRead,
                             RegistryWrite and ServiceConnect [edge-vm]
  --skip-hub                 use your hub: its service connection string is in
                             the variable EDGE_VM_HUB_CONNECTION_STRING or in
  --hub-connection-string-file FILE

Device:
  --device NAME              [gw-01]
  --namespace NAME           [the current one of the context]
  --device-cpus N            [2]
  --device-memory SIZE       [2Gi]
  --device-disk-size SIZE    [20Gi]
  --skip-device              make no device

Waiting:
  --timeout DURATION         limit of each wait, as 90s, 30m or 2h [30m]

Each flag has a variable too: --node-size is EDGE_VM_AKS_NODE_SIZE, --yes is
EDGE_VM_AKS_YES=true, tags are separated by blanks. A flag wins over its
variable. More variables: EDGE_VM_AKS_CALL_TIMEOUT (seconds for one call of az
or kubectl, 600), EDGE_VM_AKS_POLL (seconds between two looks, 10),
EDGE_VM_AKS_EDGE_VM and EDGE_VM_AKS_KUBEVIRT_INSTALL (programs).

Exit codes: 0 done, 1 a call failed, 2 wrong usage, 3 a check before the start
refused it, 4 the time is up, 5 Azure or the device failed, 130 interrupted, or
you did not agree.
TEXT
}

PROBLEMS=
problem() { PROBLEMS="$PROBLEMS
  $1"; }

read_flags() {
  ACTION=create
  WHAT_IF=false
  NAME=${EDGE_VM_AKS_NAME-}
  SUBSCRIPTION=${EDGE_VM_AKS_SUBSCRIPTION-}
  LOCATION=${EDGE_VM_AKS_LOCATION-}
  GROUP=${EDGE_VM_AKS_RESOURCE_GROUP-}
  TAGS=${EDGE_VM_AKS_TAG-}
  CLUSTER=${EDGE_VM_AKS_CLUSTER-}
  KUBERNETES_VERSION=${EDGE_VM_AKS_KUBERNETES_VERSION-}
  NODE_SIZE=${EDGE_VM_AKS_NODE_SIZE-}
  NODE_COUNT=${EDGE_VM_AKS_NODE_COUNT-}
  NODE_DISK_SIZE=${EDGE_VM_AKS_NODE_DISK_SIZE-}
  CLUSTER_TIER=${EDGE_VM_AKS_CLUSTER_TIER-}
  SUBNET=${EDGE_VM_AKS_SUBNET-}
  HTTP_PROXY_CONFIG=${EDGE_VM_AKS_HTTP_PROXY_CONFIG-}
  ACCEPT_NODE_SIZE=${EDGE_VM_AKS_ACCEPT_NODE_SIZE:-false}
  KUBECONFIG_FILE=${EDGE_VM_AKS_KUBECONFIG-}
  SKIP_CLUSTER=${EDGE_VM_AKS_SKIP_CLUSTER:-false}
  CONTEXT=${EDGE_VM_AKS_CONTEXT-}
  SKIP_KUBEVIRT=${EDGE_VM_AKS_SKIP_KUBEVIRT:-false}
  KUBEVIRT_VERSION=${EDGE_VM_AKS_KUBEVIRT_VERSION-}
  CDI_VERSION=${EDGE_VM_AKS_CDI_VERSION-}
  MANIFESTS=${EDGE_VM_AKS_MANIFESTS-}
  EMULATION=${EDGE_VM_AKS_EMULATION-}
  STORAGE_CLASS=${EDGE_VM_AKS_STORAGE_CLASS-}
  HUB=${EDGE_VM_AKS_HUB-}
  HUB_TIER=${EDGE_VM_AKS_HUB_TIER-}
  HUB_UNITS=${EDGE_VM_AKS_HUB_UNITS-}
  HUB_POLICY=${EDGE_VM_AKS_HUB_POLICY-}
  SKIP_HUB=${EDGE_VM_AKS_SKIP_HUB:-false}
  HUB_CONNECTION_STRING_FILE=${EDGE_VM_AKS_HUB_CONNECTION_STRING_FILE-}
  DEVICE=${EDGE_VM_AKS_DEVICE-}
  NAMESPACE=${EDGE_VM_AKS_NAMESPACE-}
  DEVICE_CPUS=${EDGE_VM_AKS_DEVICE_CPUS-}
  DEVICE_MEMORY=${EDGE_VM_AKS_DEVICE_MEMORY-}
  DEVICE_DISK_SIZE=${EDGE_VM_AKS_DEVICE_DISK_SIZE-}
  SKIP_DEVICE=${EDGE_VM_AKS_SKIP_DEVICE:-false}
  TIMEOUT=${EDGE_VM_AKS_TIMEOUT-}
  YES=${EDGE_VM_AKS_YES:-false}
  CREATE_FLAGS=()

  local flag value given variable
  local switches='--what-if --destroy --yes --help --skip-cluster --skip-kubevirt --skip-hub --skip-device --accept-node-size'
  local with_value='--name --subscription --location --resource-group --tag --cluster --kubernetes-version --node-size --node-count
    --node-disk-size --cluster-tier --subnet --http-proxy-config --kubeconfig --context --kubevirt-version --cdi-version --manifests
    --emulation --storage-class --hub --hub-tier --hub-units --hub-policy --hub-connection-string-file --device --namespace
    --device-cpus --device-memory --device-disk-size --timeout'
  switches=" $switches " with_value=" $(printf '%s' "$with_value" | tr -s ' \n' '  ') "
  while [ $# -gt 0 ]; do
    flag=$1 value='' given=false
    shift
    case $flag in
      --) CREATE_FLAGS=(${1+"$@"}); break ;;
      -y) flag=--yes ;;
      -h) flag=--help ;;
      --*=*) value=${flag#*=} flag=${flag%%=*} given=true ;;
      --*) ;;
      *) problem "unexpected argument '$flag'"; continue ;;
    esac
    case $switches in *" $flag "*)
      [ "$given" = true ] || value=true
      case $value in true | false) ;; *) problem "$flag=$value: accepted are true, false"; continue ;; esac
      case $flag in
        --help) [ "$value" = false ] || { usage; exit 0; } ;;
        --destroy) if [ "$value" = true ]; then ACTION=destroy; else ACTION=create; fi ;;
        *) printf -v "$(variable_of "$flag")" '%s' "$value" ;;
      esac
      continue ;;
    esac
    case $with_value in *" $flag "*) ;; *)
      # shellcheck disable=SC2086 # one word for each flag
      problem "$(unknown_flag "$flag" $switches $with_value)"
      # What follows was probably its value.
      case ${1--} in -*) ;; *) [ "$given" = true ] || shift ;; esac
      continue ;;
    esac
    if [ "$given" = false ]; then
      case ${1---} in --*) problem "$flag needs a value"; continue ;; esac
      value=$1
      shift
    fi
    [ -n "$value" ] || problem "$flag needs a value"
    if [ "$flag" = --tag ]; then TAGS="$TAGS${TAGS:+ }$value"; continue; fi
    printf -v "$(variable_of "$flag")" '%s' "$value"
  done
  # The names that follow from --name have the same fault as it has.
  GROUP_GIVEN=$GROUP CLUSTER_GIVEN=$CLUSTER

  NAME=${NAME:-edge-vm}
  LOCATION=${LOCATION:-eastus}
  GROUP=${GROUP:-$NAME}
  CLUSTER=${CLUSTER:-$NAME}
  NODE_SIZE=$(size_as_azure_writes_it "${NODE_SIZE:-Standard_D4s_v5}")
  NODE_COUNT=${NODE_COUNT:-1}
  NODE_DISK_SIZE=${NODE_DISK_SIZE:-128}
  CLUSTER_TIER=${CLUSTER_TIER:-free}
  HUB_TIER=${HUB_TIER:-S1}
  HUB_UNITS=${HUB_UNITS:-1}
  HUB_POLICY=${HUB_POLICY:-edge-vm}
  DEVICE=${DEVICE:-gw-01}
  [ "$SKIP_DEVICE" = false ] || DEVICE=
  DEVICE_CPUS=${DEVICE_CPUS:-2}
  DEVICE_MEMORY=${DEVICE_MEMORY:-2Gi}
  DEVICE_DISK_SIZE=${DEVICE_DISK_SIZE:-20Gi}
  TIMEOUT=${TIMEOUT:-30m}
  CALL_TIMEOUT=${EDGE_VM_AKS_CALL_TIMEOUT:-600}
  POLL=${EDGE_VM_AKS_POLL:-10}
  KUBECONFIG_IS_OURS=false
  if [ "$SKIP_CLUSTER" = false ]; then
    EMULATION=${EMULATION:-never}
    STORAGE_CLASS=${STORAGE_CLASS:-managed-csi}
    [ -n "$KUBECONFIG_FILE" ] || KUBECONFIG_IS_OURS=true KUBECONFIG_FILE=${HOME:-}/.kube/edge-vm-$GROUP-$CLUSTER.yaml
  else
    EMULATION=${EMULATION:-auto}
  fi
  EDGE_VM=${EDGE_VM_AKS_EDGE_VM-}
  if [ -z "$EDGE_VM" ]; then
    if [ -x "$HERE/../bin/edge-vm" ]; then EDGE_VM=$(cd "$HERE/../bin" && pwd)/edge-vm; else EDGE_VM=edge-vm; fi
  fi
  KUBEVIRT_INSTALL=${EDGE_VM_AKS_KUBEVIRT_INSTALL:-$HERE/kubevirt-install.sh}
  # Not asked for: what skipping both leaves.
  USES_AZURE=true USES_CLUSTER=true
  if [ "$SKIP_CLUSTER" = true ] && [ "$SKIP_HUB" = true ]; then USES_AZURE=false; fi
  if [ "$ACTION" = destroy ] && [ "$SKIP_CLUSTER" = false ] && [ "$SKIP_HUB" = false ]; then USES_CLUSTER=false; fi
  SUBSCRIPTION_ID='' SUBSCRIPTION_WORDS=${SUBSCRIPTION:-the one that az uses}
}

# variable_of FLAG: --node-size → NODE_SIZE
variable_of() {
  case $1 in
    --resource-group) echo GROUP ;;
    --kubeconfig) echo KUBECONFIG_FILE ;;
    *) printf '%s' "${1#--}" | tr 'a-z-' 'A-Z_' ;;
  esac
}

matches() { printf '%s\n' "$2" | grep -E -q "$1"; }

# All problems at once.
check_flags() {
  local word value
  matches '^[a-z][a-z0-9-]{0,28}[a-z0-9]$' "$NAME" || problem "--name '$NAME': 2 to 30 of a-z, 0-9 and -; it begins with a letter and does not end with -"
  matches '^[a-z0-9]+$' "$LOCATION" || problem "--location '$LOCATION' is no name of a region; an example: westeurope (az account list-locations has all)"
  if [ -n "$GROUP_GIVEN" ] && { ! matches '^[A-Za-z0-9_().-]{1,90}$' "$GROUP" || [ "${GROUP%.}" != "$GROUP" ]; }; then problem "--resource-group '$GROUP': 1 to 90 letters, digits and _ - . ( ); no dot at the end"; fi
  for word in $TAGS; do
    matches '^[^=<>%&\\?/]{1,128}=.{0,256}$' "$word" || problem "--tag '$word' is not KEY=VALUE"
    [ "${word%%=*}" != edge-vm-bootstrap ] || problem '--tag edge-vm-bootstrap is the tag of this script; --name sets its value'
  done
  if [ "$SKIP_CLUSTER" = false ]; then
    [ -z "$CLUSTER_GIVEN" ] || matches '^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$' "$CLUSTER" || problem "--cluster '$CLUSTER': 1 to 63 letters, digits, - and _; it begins and ends with a letter or digit"
    value=$(size_problem)
    [ -z "$value" ] || problem "$value"
    if ! { matches '^[1-9][0-9]{0,3}$' "$NODE_COUNT" && [ "$NODE_COUNT" -le 1000 ]; }; then problem "--node-count '$NODE_COUNT' is no number from 1 to 1000"; fi
    if ! { matches '^[1-9][0-9]{0,3}$' "$NODE_DISK_SIZE" && [ "$NODE_DISK_SIZE" -ge 30 ] && [ "$NODE_DISK_SIZE" -le 2048 ]; }; then problem "--node-disk-size '$NODE_DISK_SIZE' is no number of GiB from 30 to 2048"; fi
    case $CLUSTER_TIER in free | standard) ;; *) problem "--cluster-tier '$CLUSTER_TIER': accepted are free, standard" ;; esac
    [ -z "$KUBERNETES_VERSION" ] || matches '^1\.[0-9]+(\.[0-9]+)?$' "$KUBERNETES_VERSION" || problem "--kubernetes-version '$KUBERNETES_VERSION' is no version; an example: 1.34"
    [ -z "$HTTP_PROXY_CONFIG" ] || [ -r "$HTTP_PROXY_CONFIG" ] || problem "--http-proxy-config: cannot read $HTTP_PROXY_CONFIG"
    [ -z "$CONTEXT" ] || problem '--context needs --skip-cluster: it names a cluster that is there already'
    [ -n "${HOME-}" ] || [ "$KUBECONFIG_IS_OURS" = false ] || problem 'no HOME: say where the kubeconfig goes, with --kubeconfig FILE'
  elif [ -n "$KUBECONFIG_FILE" ] && [ ! -r "$KUBECONFIG_FILE" ]; then
    problem "--kubeconfig: cannot read $KUBECONFIG_FILE"
  fi
  case $EMULATION in never | auto | yes) ;; *) problem "--emulation '$EMULATION': accepted are never, auto, yes" ;; esac
  if [ "$SKIP_HUB" = false ]; then
    [ -z "$HUB" ] || matches '^[A-Za-z0-9]([A-Za-z0-9-]{1,48}[A-Za-z0-9])$' "$HUB" || problem "--hub '$HUB': 3 to 50 letters, digits and -; it begins and ends with a letter or digit"
    case $HUB_TIER in
      S1 | S2 | S3) ;;
      F1) [ "$HUB_UNITS" = 1 ] || problem "--hub-units '$HUB_UNITS': a free hub (F1) has 1 unit" ;;
      B1 | B2 | B3) problem "--hub-tier $HUB_TIER: basic tiers have no twins, and IoT Edge needs them; take S1, S2, S3 or F1" ;;
      *) problem "--hub-tier '$HUB_TIER': accepted are S1, S2, S3, F1" ;;
    esac
    if ! { matches '^[1-9][0-9]{0,2}$' "$HUB_UNITS" && [ "$HUB_UNITS" -le 200 ]; }; then problem "--hub-units '$HUB_UNITS' is no number from 1 to 200"; fi
    matches '^[A-Za-z0-9_-]{1,64}$' "$HUB_POLICY" || problem "--hub-policy '$HUB_POLICY': 1 to 64 letters, digits, _ and -"
    case $(lower "$HUB_POLICY") in iothubowner | service | device | registryread | registryreadwrite) problem "--hub-policy $HUB_POLICY is a policy that every hub has, with other rights; take a name of your own" ;; esac
    [ -z "$HUB_CONNECTION_STRING_FILE" ] || problem '--hub-connection-string-file needs --skip-hub'
    HUB_CONNECTION_STRING=
  else
    read_connection_string
  fi
  [ -z "$DEVICE" ] || matches '^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$' "$DEVICE" || problem "--device '$DEVICE': 1 to 52 of a-z, 0-9 and -; it begins with a letter and does not end with -"
  if [ -z "$DEVICE" ] && [ "${#CREATE_FLAGS[@]}" != 0 ] && [ "$ACTION" = create ]; then problem 'flags after -- are flags of the device, and --skip-device makes none'; fi
  [ -z "$NAMESPACE" ] || matches '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' "$NAMESPACE" || problem "--namespace '$NAMESPACE' is no name of a namespace"
  matches '^[1-9][0-9]{0,2}$' "$DEVICE_CPUS" || problem "--device-cpus '$DEVICE_CPUS' is no whole number from 1"
  matches '^[1-9][0-9]*(Mi|Gi|Ti)$' "$DEVICE_MEMORY" || problem "--device-memory '$DEVICE_MEMORY' is no size; an example: 4Gi"
  matches '^[1-9][0-9]*(Gi|Ti)$' "$DEVICE_DISK_SIZE" || problem "--device-disk-size '$DEVICE_DISK_SIZE' is no size; an example: 32Gi"
  matches '^[1-9][0-9]{0,5}[smh]$' "$TIMEOUT" || problem "--timeout '$TIMEOUT' is no duration; examples: 90s, 30m, 2h"
  matches '^[0-9]+(\.[0-9]+)?$' "$CALL_TIMEOUT" || problem "EDGE_VM_AKS_CALL_TIMEOUT '$CALL_TIMEOUT' is no number of seconds"
  matches '^[0-9]+(\.[0-9]+)?$' "$POLL" || problem "EDGE_VM_AKS_POLL '$POLL' is no number of seconds"
  for word in SKIP_CLUSTER SKIP_KUBEVIRT SKIP_HUB SKIP_DEVICE ACCEPT_NODE_SIZE YES; do
    case ${!word} in true | false) ;; *) problem "EDGE_VM_AKS_$word '${!word}': accepted are true, false" ;; esac
  done
  if [ -n "$PROBLEMS" ]; then
    say "error: wrong usage:$PROBLEMS
  See --help."
    exit 2
  fi
}

# With --skip-hub: sets HUB_CONNECTION_STRING. Its value is never shown.
read_connection_string() {
  HUB_CONNECTION_STRING=${EDGE_VM_HUB_CONNECTION_STRING-}
  if [ -n "$HUB_CONNECTION_STRING_FILE" ]; then
    if [ -r "$HUB_CONNECTION_STRING_FILE" ]; then IFS= read -r HUB_CONNECTION_STRING <"$HUB_CONNECTION_STRING_FILE" || true
    else problem "--hub-connection-string-file: cannot read $HUB_CONNECTION_STRING_FILE"; return 0; fi
  fi
  case $HUB_CONNECTION_STRING in
    *HostName=*SharedAccessKeyName=*SharedAccessKey=* | *SharedAccessKeyName=*SharedAccessKey=*HostName=*) ;;
    '') if [ "$ACTION" = create ] && [ "$WHAT_IF" = false ] && [ -n "$DEVICE" ]; then problem '--skip-hub needs the service connection string of your hub, in EDGE_VM_HUB_CONNECTION_STRING or --hub-connection-string-file FILE'; fi ;;
    *) problem 'the connection string of your hub is no service connection string (HostName=...;SharedAccessKeyName=...;SharedAccessKey=...)' ;;
  esac
}
