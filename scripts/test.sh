#!/bin/sh
# All set-up and all usual tests. The last line is `N passed, N failed`, and `, N skipped` if tests were left out.
#   scripts/test.sh                  lint, unit tests (on other versions of Node.js too), integration tests on the lab, and
#                                    one guest on the real node if that can run (root, Linux on amd64)
#   scripts/test.sh --no-guest       without the guest
#   scripts/test.sh --unit           lint and unit tests only
#   scripts/test.sh --guest[=PARTS]  guests only: all tests in test/guest, or those of the named files, e.g. device,first-boot
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/guest-parts.sh
begun=$(now)

# guest=auto: run them if this machine can. With --guest the run fails if it cannot.
guest=auto
parts=$USUAL_PARTS
others=true
for word in "$@"; do
  case $word in
    -h | --help) sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p;}' scripts/test.sh; exit 0 ;;
    --unit) guest=false others=unit ;;
    --no-guest) guest=false ;;
    --guest) guest=true others=false parts=$(all_parts) ;;
    --guest=*) guest=true others=false parts=$(chosen_parts "${word#*=}") || exit 2 ;;
    *) say "error: unknown argument $word; accepted: --unit, --no-guest, --guest, --guest=PARTS"; exit 2 ;;
  esac
done

require_node
require_go

why_no_guest=
if [ "$guest" != false ]; then
  why_no_guest=$(no_guest_reason)
  [ -z "$why_no_guest" ] || [ "$guest" = auto ] || fail "no guest tests: $why_no_guest"
  [ -z "$why_no_guest" ] && guest=true || guest=false
fi

# What will run, and for how many minutes on two cores. The first time takes longer, because the lab builds its programs.
minutes=1
plan=
will() { plan="$plan${plan:+, }$1"; minutes=$((minutes + $2)); }
built() { [ -n "$(find "$(cache_folder)/lab/programs" -maxdepth 1 -name "$1-*" 2>/dev/null)" ]; }
show_plan() {
  [ "$others" = false ] || will 'lint, unit tests' 2
  [ "$others" != true ] || will 'integration tests' 6
  [ "$others" != true ] || will 'charts, scripts for AKS and other clusters, the packed package' 6
  [ "$guest" != true ] || will "guests on the real node ($(echo "$parts" | tr '\n' ' ' | sed 's/ $//'))" "$(minutes_of "$parts")"
  [ "$others" != true ] || will "unit tests on other versions of Node.js" 3
  cold=
  if [ "$others" = true ] || [ "$guest" = true ]; then built core || cold=8; fi
  [ "$others" != true ] || built helm || cold=$((${cold:-0} + 2))
  if [ "$guest" = true ]; then built node || cold=$((${cold:-0} + 6)); fi
  say "==> $plan: about $((minutes + ${cold:-0})) minutes on two cores${cold:+, $cold of them to build what later runs find in $(cache_folder)}"
  [ -z "$why_no_guest" ] || say "==> left out: the guest on the real node: $why_no_guest"
}

# Programs that tests run: shellcheck, cloud-init (its schema), python3 with venv (the Python SDKs, the Azure CLI), debootstrap
# (a Debian root), Debian's keys (the container image), curl (manifests), apt-ftparchive, gpg and openssl (repositories, keys
# and certificates of their own), zsh and fish (completion).
debian_packages() {
  missing=
  command -v shellcheck >/dev/null 2>&1 || missing="$missing shellcheck"
  command -v cloud-init >/dev/null 2>&1 || missing="$missing cloud-init"
  command -v debootstrap >/dev/null 2>&1 || missing="$missing debootstrap"
  [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
  command -v curl >/dev/null 2>&1 || missing="$missing curl"
  command -v gpg >/dev/null 2>&1 || missing="$missing gnupg"
  command -v apt-ftparchive >/dev/null 2>&1 || missing="$missing apt-utils"
  command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
  command -v zsh >/dev/null 2>&1 || missing="$missing zsh"
  command -v fish >/dev/null 2>&1 || missing="$missing fish"
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
  if [ "$guest" = true ]; then
    # Tests look into guests with these, and at the machine before the lab installs its own packages.
    command -v ssh >/dev/null 2>&1 || missing="$missing openssh-client"
    command -v nft >/dev/null 2>&1 || missing="$missing nftables"
    command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
  fi
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || fail "missing Debian packages:$missing; install them, or run this once as root"
  # shellcheck disable=SC2086
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing; } >&2
}

broken=0

# suite NAME COMMAND...: if a suite fails, the next ones still run. The end of the script reports it.
suite() {
  suite_name=$1; shift
  say "==> $suite_name"
  suite_from=$(now)
  suite_mark=
  "$@" || { broken=$((broken + 1)); suite_mark=' FAILED'; say "==> $suite_name FAILED"; }
  took "$(($(now) - suite_from))" "$suite_name$suite_mark"
}
run_mocha() { npx --no-install mocha "$@"; }

show_plan
step 'install Debian packages' debian_packages
[ "$others" = unit ] || packages_installed || begin_go
step 'install packages' install_packages
step 'build edge-vm' build
end_go
counts=$(mktemp)
trap 'rm -f "$counts" "$counts.failures"' EXIT
export EDGE_VM_TEST_COUNTS="$counts"
if [ "$others" != false ]; then
  suite lint npm run --silent lint
  suite shellcheck shellcheck -x -a -P SCRIPTDIR scripts/*.sh scripts/kubevirt/pin.sh packaging/*/*.sh test/*/*.sh .ci/run lab/images/*.sh lab/images/virtqemud lab/stand-in/build.sh
  suite 'unit tests' run_mocha --config test/unit.mocharc.json
fi
if [ "$others" = true ]; then
  suite 'integration tests' run_mocha --config test/integration.mocharc.json
  suite 'charts, scripts for AKS and other clusters' run_mocha --config test/scripts.mocharc.json
  suite 'the packed package' run_mocha --config test/package.mocharc.json
fi
if [ "$guest" = true ]; then
  # Two parts that share the node run at the same time. Parts that take the node from others run after them, on their own lab.
  together=$(files_of "$(parts_in together "$parts")")
  alone=$(files_of "$(parts_in alone "$parts")")
  # shellcheck disable=SC2086 # lists of files
  if [ "$(echo $together | wc -w)" -gt 1 ]; then
    suite 'guest tests' run_mocha --config test/guest.mocharc.json --parallel --jobs 2 $together
    [ -z "$alone" ] || suite 'guest tests, one by one' run_mocha --config test/guest.mocharc.json $alone
  else
    suite 'guest tests' run_mocha --config test/guest.mocharc.json $together $alone
  fi
fi
if [ "$others" = true ]; then
  here=$(node -p 'process.versions.node.split(".")[0]')
  versions=$(cat scripts/node-versions)
  for version in $versions; do
    [ "${version%%.*}" = "$here" ] || suite "unit tests on Node.js $version" scripts/test-node.sh "$version"
  done
fi

if [ -s "$counts.failures" ]; then
  say ''
  say 'What failed:'
  cat "$counts.failures" >&2
fi
say ''
say 'Where the time went:'
printf '%s' "$STEP_TIMES" >&2
printf '%6d s  in all\n' "$(($(now) - begun))" >&2
sum() { awk -v field="$1" '{ n += $field } END { print n + 0 }' "$counts"; }
passed=$(sum 1) failed=$(sum 2) skipped=$(sum 3)
# If a suite broke without a failing test (lint, a crash), that is a failure too.
[ "$broken" -gt 0 ] && [ "$failed" = 0 ] && failed=$broken
[ "$skipped" = 0 ] && skipped= || skipped=", $skipped skipped"
echo "$passed passed, $failed failed$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
