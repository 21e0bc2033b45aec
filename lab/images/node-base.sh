#!/bin/sh
# The root for KubeVirt's programs on a real node, with libvirt and QEMU from Debian 13; upstream's images have them
# from another distribution. node-base.sh OUT.tar MIRROR
set -eu
out=$1 mirror=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
work=$(mktemp -d "$(dirname "$out")/node-base.XXXXXX")
trap 'umount "$work/root/proc" 2>/dev/null || :; rm -rf "$work"' EXIT
root=$work/root
bootstrap "$root" trixie "$mirror" \
  libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils xorriso swtpm-tools \
  nftables iptables iproute2 libcap2-bin procps acl ca-certificates
# KubeVirt runs QEMU as user and group qemu, 107, in every image. Debian uses that number for another user.
sed -i '/^[^:]*:[^:]*:107:/d' "$root/etc/passwd" "$root/etc/group"
echo 'qemu:x:107:107::/home/qemu:/bin/bash' >>"$root/etc/passwd"
echo 'qemu:x:107:' >>"$root/etc/group"
mkdir -p "$root/home/qemu" "$root/var/lib/kubevirt-node-labeller" "$root/etc/libvirt/hooks" "$root/usr/share/OVMF"
chown 107:107 "$root/home/qemu"
# Some programs read the image's files through /proc/PID/root. There an absolute link would lead out of the image.
rm -rf "${root:?}/var/run" "${root:?}/dev"
ln -s ../run "$root/var/run"
mkdir "$root/dev"
tar --numeric-owner --xattrs --xattrs-include='*' -C "$root" -cf "$out.new" .
mv "$out.new" "$out"
