# Flags and variables of kubevirt-install.sh. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

usage() {
  cat <<HELP
Usage: kubevirt-install.sh [flags]

Installs KubeVirt and CDI into a cluster that is there already, waits until both
are available, and says why if they do not get there. You can run it again at
any time: it goes on where it stopped, and changes nothing that is right.
KubeVirt and CDI that something else installed are never changed.

  --context NAME          context of the kubeconfig
  --kubeconfig FILE       kubeconfig; default: as kubectl
  --kubevirt-version V    default: $TESTED_KUBEVIRT, which edge-vm is tested with
  --cdi-version V         default: $TESTED_CDI
  --manifests URL|DIR     where the four manifests are, if not on GitHub
  --sha256 NAME=SUM       checksum of a manifest that this script does not know;
                          may be given several times
  --image-registry NAME   pull images from here instead of quay.io/kubevirt;
                          a later run keeps the choice
  --emulation MODE        if no node has KVM: auto asks, yes lets KubeVirt
                          emulate the CPU (slow), never does not; default: auto
  --infra-anywhere        run KubeVirt's own pods on any node; default: only if
                          no node has the control-plane role (AKS and others)
  --storage-class NAME    the storage class to check at the end; default: the
                          cluster's default class
  --force-conflicts       overwrite what somebody has changed in the objects of
                          the manifests (not in the KubeVirt and CDI objects)
  --timeout TIME          for all of it, for example 90s, 15m, 1h; default: 15m
  --yes                   do not ask
  --dry-run               print what it would do, and change nothing
  --uninstall             remove what this script installed; refused while there
                          are virtual machines or DataVolumes
  --help                  this text

Each flag has a variable: --storage-class is EDGE_VM_KUBEVIRT_STORAGE_CLASS,
--yes is EDGE_VM_KUBEVIRT_YES=yes, --sha256 is EDGE_VM_KUBEVIRT_SHA256 with
blanks between several. A flag wins over its variable.

Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 the cluster or the machine
does not allow it, 4 the time is up, 130 interrupted, or you did not agree.
HELP
}

problems=
bad() { problems="$problems
  $1"; }

read_options() {
  context=${EDGE_VM_KUBEVIRT_CONTEXT-}
  kubeconfig=${EDGE_VM_KUBEVIRT_KUBECONFIG-}
  kubevirt_version=${EDGE_VM_KUBEVIRT_KUBEVIRT_VERSION:-$TESTED_KUBEVIRT}
  cdi_version=${EDGE_VM_KUBEVIRT_CDI_VERSION:-$TESTED_CDI}
  manifests=${EDGE_VM_KUBEVIRT_MANIFESTS-}
  given_sums=${EDGE_VM_KUBEVIRT_SHA256-}
  image_registry=${EDGE_VM_KUBEVIRT_IMAGE_REGISTRY-}
  emulation=${EDGE_VM_KUBEVIRT_EMULATION:-auto}
  infra_anywhere=${EDGE_VM_KUBEVIRT_INFRA_ANYWHERE:-auto}
  storage_class=${EDGE_VM_KUBEVIRT_STORAGE_CLASS-}
  timeout=${EDGE_VM_KUBEVIRT_TIMEOUT:-15m}
  assume_yes=${EDGE_VM_KUBEVIRT_YES:-no}
  force_conflicts=${EDGE_VM_KUBEVIRT_FORCE_CONFLICTS:-no}
  dry_run=${EDGE_VM_KUBEVIRT_DRY_RUN:-no}
  uninstall=${EDGE_VM_KUBEVIRT_UNINSTALL:-no}
  # Not flags: seconds between two looks; how long a node may take to offer KVM, and CDI to describe a storage class, after
  # both are available.
  poll=${EDGE_VM_KUBEVIRT_POLL:-3}
  kvm_patience=${EDGE_VM_KUBEVIRT_KVM_PATIENCE:-60}
  profile_patience=${EDGE_VM_KUBEVIRT_PROFILE_PATIENCE:-20}
  local flag value
  local switches='--infra-anywhere --force-conflicts --yes --dry-run --uninstall --help'
  local with_value='--context --kubeconfig --kubevirt-version --cdi-version --manifests --sha256 --image-registry --emulation --storage-class --timeout'
  while [ $# -gt 0 ]; do
    flag=${1%%=*}
    [ "$flag" != -h ] || flag=--help
    [ "$flag" != -y ] || flag=--yes
    case " $switches " in *" $flag "*)
      value=yes
      case $1 in *=*) value=${1#*=} ;; esac
      case $value in
        yes | true) value=yes ;;
        no | false) value=no ;;
        *) bad "$flag=$value: accepted are true, false"; value=no ;;
      esac
      case $flag in
        --infra-anywhere) if [ "$value" = no ]; then infra_anywhere=auto; else infra_anywhere=yes; fi ;;
        --force-conflicts) force_conflicts=$value ;;
        --yes) assume_yes=$value ;;
        --dry-run) dry_run=$value ;;
        --uninstall) uninstall=$value ;;
        *) [ "$value" = no ] || { usage; exit 0; } ;;
      esac
      shift
      continue ;;
    esac
    case " $with_value " in *" $flag "*) ;; *)
      case $1 in
        -*)
          # shellcheck disable=SC2086 # one word for each flag
          bad "$(unknown_flag "$flag" $switches $with_value)"
          # What follows was probably its value.
          case ${2--} in -*) ;; *) [ "$flag" != "$1" ] || shift ;; esac ;;
        *) bad "unexpected argument '$1'" ;;
      esac
      shift
      continue ;;
    esac
    if [ "$flag" != "$1" ]; then
      value=${1#*=}
      shift
    elif [ $# -gt 1 ] && [ "${2#--}" = "$2" ]; then
      value=$2
      shift 2
    else
      bad "$flag needs a value"
      shift
      continue
    fi
    [ -n "$value" ] || bad "$flag needs a value"
    case $flag in
      --context) context=$value ;;
      --kubeconfig) kubeconfig=$value ;;
      --kubevirt-version) kubevirt_version=$value ;;
      --cdi-version) cdi_version=$value ;;
      --manifests) manifests=$value ;;
      --sha256) given_sums="$given_sums $value" ;;
      --image-registry) image_registry=$value ;;
      --emulation) emulation=$value ;;
      --storage-class) storage_class=$value ;;
      --timeout) timeout=$value ;;
    esac
  done
  check_options
  kubectl_flags=()
  [ -z "$context" ] || kubectl_flags+=(--context "$context")
  [ -z "$kubeconfig" ] || kubectl_flags+=(--kubeconfig "$kubeconfig")
}

check_options() {
  local name value
  check_version --kubevirt-version "$kubevirt_version"
  check_version --cdi-version "$cdi_version"
  [ "$(compare_versions "$kubevirt_version" "$OLDEST_KUBEVIRT")" != older ] || bad "--kubevirt-version $kubevirt_version is too old: edge-vm needs KubeVirt 1.6 or newer, and is tested with $TESTED_KUBEVIRT"
  case $emulation in auto | never | yes) ;; *) bad "--emulation must be auto, never or yes, got '$emulation'" ;; esac
  case $infra_anywhere in auto | yes) ;; *) bad "EDGE_VM_KUBEVIRT_INFRA_ANYWHERE must be yes or auto, got '$infra_anywhere'" ;; esac
  for name in force_conflicts assume_yes dry_run uninstall; do
    value=${!name}
    case $value in yes | no) ;; *) bad "the variables for --force-conflicts, --yes, --dry-run and --uninstall must be yes or no, got '$value'" ;; esac
  done
  [ -z "$kubeconfig" ] || [ -f "$kubeconfig" ] || bad "--kubeconfig: there is no file '$kubeconfig'"
  case $manifests in
    http://*[\"\\\ ]* | https://*[\"\\\ ]*) bad '--manifests: the address has a blank, a quote or a backslash' ;;
    '' | http://* | https://*) ;;
    *)
      if [ ! -e "$manifests" ]; then bad "--manifests: there is no folder '$manifests'"
      elif [ ! -d "$manifests" ]; then bad "--manifests: '$manifests' is no folder, and does not begin with https:// or http://"; fi ;;
  esac
  if [ -n "$image_registry" ]; then
    printf '%s\n' "$image_registry" | grep -Eq '^[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$' || bad "--image-registry must look like registry.example.com/kubevirt, got '$image_registry'"
  fi
  for value in $given_sums; do
    printf '%s\n' "$value" | grep -Eq '^(kubevirt|cdi)-(operator|cr)\.yaml=[0-9a-f]{64}$' || bad "--sha256 must look like cdi-cr.yaml=SUM with 64 hexadecimal digits, got '$value'"
  done
  deadline=$(seconds_of "$timeout") || bad "--timeout must be a number above 0 with s, m or h, for example 15m, got '$timeout'"
  [ -z "$problems" ] || { say "error: wrong usage$problems"; say '  See --help.'; exit 2; }
}

check_version() {
  printf '%s\n' "$2" | grep -Eq '^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$' || bad "$1 must look like v1.8.2, got '$2'"
}

seconds_of() {
  printf '%s\n' "$1" | grep -Eq '^[1-9][0-9]{0,5}[smh]$' || return 1
  case $1 in
    *s) echo "${1%s}" ;;
    *m) echo $((${1%m} * 60)) ;;
    *h) echo $((${1%h} * 3600)) ;;
  esac
}
