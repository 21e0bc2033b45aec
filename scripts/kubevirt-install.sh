#!/usr/bin/env bash
# Installs KubeVirt and CDI, at pinned versions with checked manifests, into a cluster that is there already.
# Needs bash and kubectl, and curl or wget unless --manifests names a folder. See docs/kubernetes.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/messages.sh
. "$here/messages.sh"
# shellcheck source=scripts/kubevirt/versions.sh
. "$here/kubevirt/versions.sh"
# shellcheck source=scripts/kubevirt/common.sh
. "$here/kubevirt/common.sh"
# shellcheck source=scripts/kubevirt/options.sh
. "$here/kubevirt/options.sh"
# shellcheck source=scripts/kubevirt/manifests.sh
. "$here/kubevirt/manifests.sh"
# shellcheck source=scripts/kubevirt/present.sh
. "$here/kubevirt/present.sh"
# shellcheck source=scripts/kubevirt/reasons.sh
. "$here/kubevirt/reasons.sh"
# shellcheck source=scripts/kubevirt/install.sh
. "$here/kubevirt/install.sh"
# shellcheck source=scripts/kubevirt/emulation.sh
. "$here/kubevirt/emulation.sh"
# shellcheck source=scripts/kubevirt/storage.sh
. "$here/kubevirt/storage.sh"
# shellcheck source=scripts/kubevirt/uninstall.sh
. "$here/kubevirt/uninstall.sh"

read_options "$@"
begin
require_cluster
if [ "$uninstall" = yes ]; then
  uninstall_all
  exit 0
fi
look_at_nodes
check_storage_class_exists
look_at_present kubevirt
look_at_present cdi
get_manifests
if [ "$dry_run" = yes ]; then
  show_plan
  exit 0
fi
agree_on_changes
install_part cdi
install_part kubevirt
wait_until_available
ensure_virtualization
tell_storage
finish
