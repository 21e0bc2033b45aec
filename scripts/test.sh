#!/bin/sh
# All set-up and all tests: lint, unit tests, integration tests on the lab. The last line is `N passed, N failed`.
#   scripts/test.sh            everything
#   scripts/test.sh --unit     lint and unit tests only
#   scripts/test.sh --guest    the real node's tests too (root)
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

unit_only=false
guest=false
for word in "$@"; do
  case $word in
    --unit) unit_only=true ;;
    --guest) guest=true ;;
    *) fail "unknown argument $word; accepted: --unit, --guest" ;;
  esac
done

require_node
require_go

# Programs that tests run: shellcheck, cloud-init (its schema), python3 with venv (the Python SDKs), debootstrap (a Debian
# root), gpg and openssl (keys and certificates of their own), zsh and fish (completion).
debian_packages() {
  missing=
  command -v shellcheck >/dev/null 2>&1 || missing="$missing shellcheck"
  command -v cloud-init >/dev/null 2>&1 || missing="$missing cloud-init"
  command -v debootstrap >/dev/null 2>&1 || missing="$missing debootstrap"
  command -v gpg >/dev/null 2>&1 || missing="$missing gnupg"
  command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
  command -v zsh >/dev/null 2>&1 || missing="$missing zsh"
  command -v fish >/dev/null 2>&1 || missing="$missing fish"
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
  [ "$guest" = false ] || command -v ssh >/dev/null 2>&1 || missing="$missing openssh-client"
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || fail "missing Debian packages:$missing; install them, or run this once as root"
  # shellcheck disable=SC2086
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing; } >&2
}

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
fi

passed=$(awk '{ n += $1 } END { print n + 0 }' "$counts")
failed=$(awk '{ n += $2 } END { print n + 0 }' "$counts")
# A suite that broke without a failing test (lint, a crash) is a failure too.
[ "$broken" -gt 0 ] && [ "$failed" = 0 ] && failed=$broken
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
