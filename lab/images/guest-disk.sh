#!/bin/sh
# A Debian 12 guest: systemd, cloud-init, guest agent, SSH, cloud kernel, GRUB in the MBR, one ext4 partition that grows.
# guest-disk.sh FOLDER MIRROR makes FOLDER/disk.raw (sparse), disk.qcow2, vmlinuz and initrd.img.
set -eu
folder=$1 mirror=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
mkdir -p "$folder"
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'umount "$work/root/proc" 2>/dev/null || :; rm -rf "$work"' EXIT
root=$work/root
mebibytes=3000

bootstrap "$root" bookworm "$mirror" \
  systemd-sysv systemd-timesyncd systemd-resolved udev dbus linux-image-cloud-amd64 initramfs-tools cloud-init cloud-guest-utils fdisk netplan.io \
  openssh-server qemu-guest-agent iproute2 iputils-ping sudo python3-minimal ca-certificates curl grub-pc-bin e2fsprogs kmod
# In the lab, its own address is the pool of time servers; in the field it is the image's default.
mkdir -p "$root/etc/systemd/timesyncd.conf.d"
printf '[Time]\nNTP=time.edge-vm.test\nConnectionRetrySec=2\n' >"$root/etc/systemd/timesyncd.conf.d/lab.conf"
echo '/dev/vda1 / ext4 defaults 0 1' >"$root/etc/fstab"
printf 'datasource_list: [ NoCloud, ConfigDrive, None ]\nlocale: C.UTF-8\n' >"$root/etc/cloud/cloud.cfg.d/90_lab.cfg"
# An emulated guest needs half a minute for the 30 MB of English package descriptions.
echo 'Acquire::Languages "none";' >"$root/etc/apt/apt.conf.d/90lab"
: >"$root/etc/machine-id"
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"

kernel=$(ls "$root/lib/modules")
mkdir -p "$root/boot/grub"
cat >"$root/boot/grub/grub.cfg" <<G
serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
linux /boot/vmlinuz-$kernel root=/dev/vda1 ro console=ttyS0,115200 quiet
initrd /boot/initrd.img-$kernel
boot
G
chroot "$root" grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o /core.img biosdisk part_msdos ext2 linux normal serial terminal boot echo configfile ls
mv "$root/core.img" "$work/core.img"
cp "$root/usr/lib/grub/i386-pc/boot.img" "$work/boot.img"
cp "$root/boot/vmlinuz-$kernel" "$folder/vmlinuz"
cp "$root/boot/initrd.img-$kernel" "$folder/initrd.img"

# The kernel of Debian 12 does not know these two features.
truncate -s "${mebibytes}M" "$work/part.img"
mke2fs -q -t ext4 -O ^metadata_csum_seed,^orphan_file -d "$root" "$work/part.img"
disk=$work/disk.raw
truncate -s "$((mebibytes + 1))M" "$disk"
printf 'label: dos\nstart=2048, size=%d, type=83, bootable\n' "$((mebibytes * 2048))" | sfdisk -q "$disk"
dd if="$work/part.img" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/boot.img" of="$disk" bs=1 count=440 conv=notrunc status=none
dd if="$work/core.img" of="$disk" bs=512 seek=1 conv=notrunc status=none
qemu-img convert -O qcow2 -c "$disk" "$work/disk.qcow2"
mv "$disk" "$folder/disk.raw"
mv "$work/disk.qcow2" "$folder/disk.qcow2"
