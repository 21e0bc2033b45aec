# shellcheck shell=sh
# Debian roots for the lab's images, made with Debian's own tools as root. Sourced, not run.

# The host's apt settings: proxy, time-outs, retries. A root needs the same ones while it is made.
host_apt_settings() {
  apt-config dump --format '%f "%v";%n' | grep -E '^Acquire::(http|https|Retries)[: ]' || :
}

# bootstrap ROOT SUITE MIRROR PACKAGE...: a minimal root with these packages and without their recommendations.
bootstrap() {
  root=$1 suite=$2 mirror=$3
  shift 3
  rm -rf "$root"
  mkdir -p "$root"
  # If the work is interrupted, the root is thrown away. So nothing needs to reach the disk at once.
  debootstrap --variant=minbase "$suite" "$root" "$mirror"
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/lab-image"
  host_apt_settings >"$root/etc/apt/apt.conf.d/90lab-image"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 0755 "$root/usr/sbin/policy-rc.d"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  mount -t proc proc "$root/proc"
  DEBIAN_FRONTEND=noninteractive chroot "$root" sh -ec 'apt-get update -q && apt-get install -qy --no-install-recommends "$@"' sh "$@" || {
    umount "$root/proc"
    return 1
  }
  umount "$root/proc"
  rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/lab-image" "$root/etc/apt/apt.conf.d/90lab-image"
  slim "$root"
}

# Files that no machine reads.
slim() {
  rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/cache/apt/*.bin "$1"/var/lib/apt/lists/* \
    "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/locale/* "$1"/var/log/*.log "$1"/var/log/apt/*
}
