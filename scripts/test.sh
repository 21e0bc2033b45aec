#!/bin/sh
# All set-up and all tests: lint, unit tests, integration tests on the lab. The last line is `N passed, N failed`.
#   scripts/test.sh             everything; the real node's tests where they can run (root, Linux on amd64)
#   scripts/test.sh --guest     the same, but fails where they cannot
#   scripts/test.sh --no-guest  without them; they take most of the time
#   scripts/test.sh --unit      lint and unit tests only
# EDGE_VM_TEST_MINUTES: guest tests that may not end in that time from now on are left out, with a reason.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
begun=$(now)

unit_only=false
guest=auto
for word in "$@"; do
  case $word in
    --unit) unit_only=true ;;
    --guest) guest=true ;;
    --no-guest) guest=false ;;
    *) fail "unknown argument $word; accepted: --unit, --guest, --no-guest" ;;
  esac
done

require_node
require_go

# Why guests cannot boot here; nothing when they can.
no_guest_reason() {
  if [ "$(id -u)" != 0 ]; then echo 'they need root'
  elif [ ! -x /usr/bin/apt-get ]; then echo 'they need a Debian or Ubuntu machine'
  elif [ "$(uname -m)" != x86_64 ]; then echo "they need amd64, here is $(uname -m)"
  elif ! unshare --mount --pid --fork true 2>/dev/null; then echo 'namespaces cannot be made here'
  elif ! makes_cgroups; then echo 'cgroups cannot be made here'
  fi
}
makes_cgroups() {
  hierarchy=/sys/fs/cgroup
  [ ! -d "$hierarchy/cpu" ] || hierarchy=$hierarchy/cpu
  mkdir "$hierarchy/edge-vm-probe.$$" 2>/dev/null && rmdir "$hierarchy/edge-vm-probe.$$"
}
why_no_guest=
if [ "$unit_only" = true ]; then
  guest=false
elif [ "$guest" != false ]; then
  why_no_guest=$(no_guest_reason)
  if [ -n "$why_no_guest" ]; then
    [ "$guest" = auto ] || fail "no guest tests: $why_no_guest"
    guest=false
  else
    guest=true
  fi
fi

# Programs that tests run: shellcheck, cloud-init (its schema), python3 with venv (the Python SDKs), debootstrap (a Debian
# root), apt-ftparchive, gpg and openssl (repositories, keys and certificates of their own), zsh and fish (completion).
debian_packages() {
  missing=
  command -v shellcheck >/dev/null 2>&1 || missing="$missing shellcheck"
  command -v cloud-init >/dev/null 2>&1 || missing="$missing cloud-init"
  command -v debootstrap >/dev/null 2>&1 || missing="$missing debootstrap"
  command -v gpg >/dev/null 2>&1 || missing="$missing gnupg"
  command -v apt-ftparchive >/dev/null 2>&1 || missing="$missing apt-utils"
  command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
  command -v zsh >/dev/null 2>&1 || missing="$missing zsh"
  command -v fish >/dev/null 2>&1 || missing="$missing fish"
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
  if [ "$guest" = true ]; then
    # To look into guests, and at the machine before the lab installs what it needs itself.
    command -v ssh >/dev/null 2>&1 || missing="$missing openssh-client"
    command -v nft >/dev/null 2>&1 || missing="$missing nftables"
    command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
  fi
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || fail "missing Debian packages:$missing; install them, or run this once as root"
  # shellcheck disable=SC2086
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing; } >&2
}

[ -z "${EDGE_VM_TEST_MINUTES-}" ] || export EDGE_VM_TEST_UNTIL=$((begun + EDGE_VM_TEST_MINUTES * 60))
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
export EDGE_VM_TEST_COUNTS="$counts"
broken=0

# suite NAME COMMAND...: a failing suite does not stop the next one; the end tells.
suite() {
  suite_name=$1; shift
  say "==> $suite_name"
  suite_from=$(now)
  "$@" || { broken=$((broken + 1)); say "==> $suite_name FAILED"; }
  say "==> $suite_name took $(($(now) - suite_from)) s"
}

step 'install Debian packages' debian_packages
step 'install packages' install_packages
step 'build edge-vm' build
suite lint npm run --silent lint
suite shellcheck shellcheck -x -P SCRIPTDIR scripts/*.sh .ci/run lab/images/*.sh lab/images/virtqemud lab/stand-in/build.sh
suite 'unit tests' npx --no-install mocha --config test/unit.mocharc.json
if [ "$unit_only" = false ]; then
  suite 'integration tests' npx --no-install mocha --config test/integration.mocharc.json
fi
if [ "$guest" = true ]; then
  suite 'guest tests' npx --no-install mocha --config test/guest.mocharc.json
  suite 'guest tests, one by one' npx --no-install mocha --config test/guest-alone.mocharc.json
elif [ -n "$why_no_guest" ]; then
  say "==> guest tests left out: $why_no_guest"
fi

passed=$(awk '{ n += $1 } END { print n + 0 }' "$counts")
failed=$(awk '{ n += $2 } END { print n + 0 }' "$counts")
# A suite that broke without a failing test (lint, a crash) is a failure too.
[ "$broken" -gt 0 ] && [ "$failed" = 0 ] && failed=$broken
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
