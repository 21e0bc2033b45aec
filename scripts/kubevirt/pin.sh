#!/usr/bin/env bash
# For maintainers, with access to GitHub: fetches the manifests of a release and adds their checksums to manifests.sha256.
#   scripts/kubevirt/pin.sh kubevirt v1.8.3
#   scripts/kubevirt/pin.sh cdi v1.66.0
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
part=${1-} version=${2-}
case $part in
  kubevirt) base=${EDGE_VM_KUBEVIRT_RELEASES:-https://github.com/kubevirt/kubevirt/releases/download} ;;
  cdi) base=${EDGE_VM_KUBEVIRT_RELEASES:-https://github.com/kubevirt/containerized-data-importer/releases/download} ;;
  *) echo "usage: pin.sh kubevirt|cdi VERSION" >&2; exit 2 ;;
esac
printf '%s\n' "$version" | grep -Eq '^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$' || { echo "error: the version must look like v1.8.2, got '$version'" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=$here/manifests.sha256
for name in "$part-operator.yaml" "$part-cr.yaml"; do
  curl -fsSL --connect-timeout 20 --max-time 120 -o "$work/$name" "$base/$version/$name" || { echo "error: cannot fetch $base/$version/$name" >&2; exit 3; }
  sum=$( (sha256sum "$work/$name" 2>/dev/null || shasum -a 256 "$work/$name") | cut -c1-64)
  line="$sum  $part/$version/$name"
  known=$(awk -v path="$part/$version/$name" '$2 == path { print $1 }' "$data")
  if [ "$known" = "$sum" ]; then
    echo "known: $line"
  elif [ -n "$known" ]; then
    echo "error: $part/$version/$name has $sum now, and manifests.sha256 has $known: a released file must not change" >&2
    exit 3
  else
    printf '%s\n' "$line" >>"$work/lines"
  fi
done
# Both lines or none.
if [ -f "$work/lines" ]; then
  cat "$data" "$work/lines" >"$data.new"
  mv "$data.new" "$data"
  sed 's/^/added: /' "$work/lines"
fi
echo 'Compare the sums with what GitHub shows for each file of the release before you commit.'
