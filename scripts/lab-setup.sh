#!/bin/sh
# From a new machine to a first IoT Edge device in the lab: installs, builds, starts the lab, creates a device and shows
# that it is ready. See --help.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
# Its messages are wrapped at a terminal.
. scripts/messages.sh

usage() {
  cat <<'TEXT'
Usage: scripts/lab-setup.sh [DEVICE]

From a new machine to a first IoT Edge device in the lab: installs the packages
of edge-vm, builds it, builds and starts the lab, and creates the device DEVICE
(default: gw-01) in it.

It needs Node.js 20.19, or 22.12 or newer, and Go 1.25 or newer, on Linux. It
needs no root, no container engine and no Azure. The first run takes about ten
minutes. You can run it again at any time: it keeps what is there.

  -h, --help   this text

Exit codes: 0 done, 2 wrong usage, 3 Node.js or Go is missing or too old;
otherwise that of the step that failed. 130 interrupted.
TEXT
}
wrong_usage() { say "error: $1"; say '  See scripts/lab-setup.sh --help.'; exit 2; }

# All arguments are checked before the first step, because the first step may take minutes.
DEVICE=
for argument in "$@"; do
  case $argument in -h | --help) usage; exit 0 ;; esac
done
for argument in "$@"; do
  case $argument in
    -*) wrong_usage "$(unknown_flag "$argument" --help)" ;;
  esac
  [ -z "$DEVICE" ] || wrong_usage "one name of a device at most, got '$DEVICE' and '$argument'"
  # The rule of edge-vm for the name of a device.
  printf '%s\n' "$argument" | grep -E -q '^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$' ||
    wrong_usage "the name of a device has at most 52 of a-z, 0-9 and -; it begins with a letter and does not end with -; got '$argument'"
  DEVICE=$argument
done
DEVICE=${DEVICE:-gw-01}
from=$(now)
require_node
require_go
packages_installed || begin_go
step 'install packages' install_packages
step 'build edge-vm' build
end_go
step 'start the lab' env EDGE_VM_LAB_SETUP=true bin/edge-vm lab up
# Two lines: a failure within eval's argument would not stop the script, and the device would go into the caller's cluster.
lab_env=$(bin/edge-vm lab env)
eval "$lab_env"
step "create device $DEVICE" env EDGE_VM_LAB_SETUP=true bin/edge-vm create "$DEVICE" --register --template ubuntu-24.04
say ''
say 'Where the time went:'
printf '%s' "$STEP_TIMES" >&2
printf '%6d s  in all\n' "$(($(now) - from))" >&2
cat >&2 <<TEXT

The device is up. Try next:

  eval "\$(bin/edge-vm lab env)"       # this shell now talks to the lab
  bin/edge-vm status $DEVICE
  bin/edge-vm create gw-02 --register -o json
  bin/edge-vm list
  bin/edge-vm delete gw-02 --deregister
  bin/edge-vm lab status
  export PATH="\$(bin/edge-vm lab tools):\$PATH"   # kubectl and virtctl of its versions; built once
  bin/edge-vm lab down                # stops all of it and leaves nothing
TEXT
