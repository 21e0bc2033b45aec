#!/bin/sh
# The layers above node-base.sh's root, and those of the other images of a real node.
# node-layers.sh OUT KUBEVIRT-SOURCE GUEST-QCOW2 BIN... makes OUT/{pause,launcher,handler,guest}.tar; BINs are folders of built programs.
set -eu
out=$1 source=$2 qcow2=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# program NAME: its path in the first BIN that has it.
program() {
  for bin in $bins; do
    if [ -x "$bin/$1" ]; then
      echo "$bin/$1"
      return
    fi
  done
  echo "no program $1 in $bins" >&2
  return 1
}
bins=$*

# layer NAME: work/NAME as a tar of root's, file capabilities included.
layer() {
  tar --numeric-owner --owner="${2:-0}" --group="${2:-0}" --xattrs --xattrs-include='*' -C "$work/$1" -cf "$out/$1.tar" .
}

mkdir -p "$work/pause"
gcc -O2 -static -o "$work/pause/pause" "$here/pause.c"
layer pause

launcher=$work/launcher
mkdir -p "$launcher/usr/bin" "$launcher/usr/sbin" "$launcher/etc/libvirt/hooks"
for name in virt-launcher virt-launcher-monitor virt-freezer virt-probe virt-tail; do
  install -m 0755 "$(program "$name")" "$launcher/usr/bin/$name"
done
# It runs inside different images, so it must not need any of their files.
gcc -O2 -static -w -o "$launcher/usr/bin/container-disk" "$source/cmd/container-disk-v2alpha/main.c"
install -m 0755 "$here/virtqemud" "$launcher/usr/sbin/virtqemud"
install -m 0755 "$source/cmd/virt-launcher/node-labeller/node-labeller.sh" "$launcher/usr/bin/node-labeller.sh"
install -m 0644 "$source/cmd/virt-launcher/qemu.conf" "$source/cmd/virt-launcher/virtqemud.conf" "$launcher/etc/libvirt/"
install -m 0644 "$source/cmd/virt-launcher/nsswitch.conf" "$launcher/etc/nsswitch.conf"
install -m 0755 "$source/cmd/virt-launcher/qemu" "$launcher/etc/libvirt/hooks/qemu"
setcap cap_net_bind_service=+ep "$launcher/usr/bin/virt-launcher-monitor"
layer launcher

mkdir -p "$work/handler/usr/bin"
for name in virt-handler virt-chroot; do install -m 0755 "$(program "$name")" "$work/handler/usr/bin/$name"; done
layer handler

mkdir -p "$work/guest/disk"
ln "$qcow2" "$work/guest/disk/disk.qcow2" 2>/dev/null || cp "$qcow2" "$work/guest/disk/disk.qcow2"
layer guest 107
