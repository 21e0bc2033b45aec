#!/bin/sh
# Makes both stand-in packages: build.sh OUT VERSION WHEELS
# OUT gets the .deb files; VERSION is a Debian version such as 1.6.0-1; WHEELS holds azure-iot-device and what it needs.
set -eu
out=$1 version=$2 wheels=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
for package in aziot-identity-service aziot-edge; do
  root=$work/$package
  cp -a "$here/$package" "$root"
  sed -i "s/@VERSION@/$version/g" "$root/DEBIAN/control"
  # The files of a checkout may have any umask.
  find "$root" -type d -exec chmod 0755 {} +
  find "$root" -type f -exec chmod 0644 {} +
  find "$root/DEBIAN" -type f ! -name control -exec chmod 0755 {} +
  find "$root/usr/bin" "$root/usr/libexec" -maxdepth 2 -type f -exec chmod 0755 {} + 2>/dev/null || :
done
echo "$version" >"$work/aziot-edge/usr/libexec/aziot-edge/version"
packages=$work/aziot-edge/usr/libexec/aziot-edge/site-packages
mkdir -p "$packages"
for wheel in "$wheels"/*.whl; do python3 -m zipfile -e "$wheel" "$packages"; done
for package in aziot-identity-service aziot-edge; do
  dpkg-deb --root-owner-group -Zgzip --build "$work/$package" "$out/${package}_${version}_all.deb" >/dev/null
done
