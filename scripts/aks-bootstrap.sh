#!/usr/bin/env bash
# From an Azure subscription to a connected IoT Edge device. See --help and docs/aks.md.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
AKS_FOLDER=$HERE/aks
# shellcheck source=messages.sh
. "$HERE/messages.sh"
# shellcheck source=kubevirt/versions.sh
. "$HERE/kubevirt/versions.sh"
# shellcheck source=aks/lib.sh
. "$AKS_FOLDER/lib.sh"
# shellcheck source=aks/plan.sh
. "$AKS_FOLDER/plan.sh"
# shellcheck source=aks/checks.sh
. "$AKS_FOLDER/checks.sh"
# shellcheck source=aks/azure.sh
. "$AKS_FOLDER/azure.sh"
# shellcheck source=aks/cluster.sh
. "$AKS_FOLDER/cluster.sh"
# shellcheck source=aks/destroy.sh
. "$AKS_FOLDER/destroy.sh"
# shellcheck source=aks/flags.sh
. "$AKS_FOLDER/flags.sh"

read_flags "$@"
check_flags

umask 077
WORK=$(mktemp -d "${TMPDIR:-/tmp}/edge-vm-aks.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap interrupted INT TERM

if [ "$WHAT_IF" = true ]; then
  if [ "$ACTION" = destroy ]; then
    print_intended_destruction
  else
    ! command -v "$EDGE_VM" >/dev/null 2>&1 || check_create_flags
    name_cluster
    print_plan
    print_cost
  fi
  exit 0
fi

# ask QUESTION: a person says yes, or --yes did; else the end.
ask() {
  local answer=''
  [ "$YES" = false ] || return 0
  [ -t 0 ] || fail 2 'there is nobody to ask: standard input is not a terminal. Nothing was changed. To go on without a question: --yes'
  printf '%s [y/N] ' "$1" >&2
  read -r answer || true
  case $answer in y | Y | yes | Yes) return 0 ;; esac
  say 'Nothing was changed.'
  exit 130
}

check_programs
[ "$ACTION" = destroy ] || check_create_flags
[ "$USES_AZURE" = false ] || check_account
[ -n "$HUB" ] || [ "$SKIP_HUB" = true ] || HUB=$NAME-$(printf '%s/%s' "$SUBSCRIPTION_ID" "$GROUP" | cksum | cut -d ' ' -f 1)

if [ "$ACTION" = destroy ]; then
  destroy
  exit 0
fi

# Look at all, before anything is made.
name_cluster
[ "$SKIP_CLUSTER" = false ] || check_cluster
GROUP_WORDS='' CLUSTER_WORDS='' HUB_WORDS='' UNREGISTERED='' FAILED_BEFORE=false
GROUP_STATE='' CLUSTER_STATE='' CLUSTER_POWER='' HUB_STATE=''
if [ "$USES_AZURE" = true ]; then
  check_providers
  look_group
  [ "$SKIP_CLUSTER" = true ] || look_cluster
  [ "$SKIP_HUB" = true ] || look_hubs
  refuse_what_is_not_ours
  describe
fi
# A provider that is not registered answers nothing, so these checks come after its registration.
check_azure_offer() {
  if [ "$SKIP_CLUSTER" = false ] && [ -z "${CLUSTER_STATE#Deleting}" ] && is_registered Microsoft.Compute && [ "$SIZE_CHECKED" = false ]; then
    check_size
    SIZE_CHECKED=true
  fi
  if [ "$SKIP_HUB" = false ] && [ -z "$HUB_STATE" ] && is_registered Microsoft.Devices && [ "$NAME_CHECKED" = false ]; then
    check_hub_name
    NAME_CHECKED=true
  fi
}
SIZE_CHECKED=false NAME_CHECKED=false
check_azure_offer

print_plan
print_cost
ask 'Make this?'

if [ "$USES_AZURE" = true ]; then
  register_providers
  check_azure_offer
  [ "$CLUSTER_STATE" != Failed ] || FAILED_BEFORE=true
  make_group
  [ "$SKIP_CLUSTER" = true ] || start_cluster
  [ "$SKIP_HUB" = true ] || start_hub
  if [ "$SKIP_HUB" = false ]; then
    say "==> wait for the IoT Hub $HUB"
    wait_hub
    make_policy
  fi
  if [ "$SKIP_CLUSTER" = false ]; then
    say "==> wait for the AKS cluster $CLUSTER; this usually takes 5 to 10 minutes"
    wait_cluster
    get_credentials
  fi
fi
[ "$SKIP_CLUSTER" = true ] || wait_nodes
[ "$SKIP_KUBEVIRT" = true ] || install_kubevirt
if [ -n "$DEVICE" ]; then
  check_storage_class
  [ "$SKIP_HUB" = true ] || read_hub_key
  create_device
fi
print_next
