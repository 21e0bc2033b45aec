#!/bin/sh
# Unit tests, and a short check of the command, on another version of Node.js (scripts/node-binary.sh).
#   scripts/test-node.sh VERSION [ARGUMENT OF MOCHA]...
# It uses the existing build. The guest's shell scripts do not depend on Node.js, so their tests are left out.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
version=${1:?usage: scripts/test-node.sh VERSION}
shift

binary=$(scripts/node-binary.sh "$version")
PATH=$(dirname "$binary"):$PATH

# Each command must end with 0 and print something, without a warning of Node.js about what the program uses.
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT
look() {
  bin/edge-vm "$@" >"$outputs/out" 2>"$outputs/err" || { cat "$outputs/err" >&2; fail "edge-vm $* failed on Node.js $version"; }
  [ -s "$outputs/out" ] || fail "edge-vm $* prints nothing on Node.js $version"
  ! grep '^(node:' "$outputs/err" >&2 || fail "Node.js $version warns of edge-vm $*"
}
look version
look --help
look create --help
look completion bash
look render gw-01 --hub contoso --device-id gw-01

node node_modules/mocha/bin/mocha.js --config test/unit.mocharc.json --ignore 'dist/test/guest-scripts/**' "$@"
