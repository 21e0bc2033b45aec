#!/bin/sh
# From a new machine to a first IoT Edge device in the lab: installs, builds, starts the lab, creates a device and shows
# that it is ready. Needs Node.js 20.19, 22.12 or newer and Go 1.25 or newer; no root, no container engine, no Azure.
# May be run again at any time: what is there stays.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

DEVICE=${1:-gw-01}
from=$(now)
require_node
require_go
packages_installed || begin_go
step 'install packages' install_packages
step 'build edge-vm' build
end_go
step 'start the lab' bin/edge-vm lab up
# Two lines: a failure within eval's argument would not stop the script, and the device would go into the caller's cluster.
lab_env=$(bin/edge-vm lab env)
eval "$lab_env"
step "create device $DEVICE" bin/edge-vm create "$DEVICE" --register --template ubuntu-24.04
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
