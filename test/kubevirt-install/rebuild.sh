#!/usr/bin/env bash
# Makes the manifests of the pinned releases of KubeVirt and CDI again, from their Go modules with their own generators:
#   test/kubevirt-install/rebuild.sh FOLDER
# Go checks the modules against go.sum. The result is what the projects publish, byte for byte, so the sums of
# scripts/kubevirt/manifests.sha256 can be checked without GitHub.
set -euo pipefail

out=${1:?usage: rebuild.sh FOLDER}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$here/rebuild"
export GOFLAGS='' GOWORK=off CGO_ENABLED=0 GOGC=400
flags=()
# The flags of the lab's programs: so Go takes what it has compiled for them.
while IFS= read -r flag; do [ -z "$flag" ] || flags+=("$flag"); done <"$here/../../lab/programs/core/build-flags"
go build "${flags[@]}" -ldflags '-s -w' -o "$work/" kubevirt.io/kubevirt/tools/manifest-templator kubevirt.io/containerized-data-importer/tools/manifest-generator
module() { go list -m -f "{{.$2}}" "$1"; }

# What `make manifests` does in each project, with the settings of a release.
kubevirt=$(module kubevirt.io/kubevirt Dir) version=$(module kubevirt.io/kubevirt Version)
cd "$kubevirt"
for name in kubevirt-operator kubevirt-cr; do
  "$work/manifest-templator" --process-files --generated-manifests-dir="$kubevirt/manifests/generated/" --input-file="manifests/release/$name.yaml.in" >"$work/$name"
  "$work/manifest-templator" --process-vars --namespace=kubevirt --cdi-namespace=cdi --csv-namespace=placeholder --csv-version="${version#v}" \
    --container-prefix=quay.io/kubevirt --container-tag="$version" --image-pull-policy=IfNotPresent --verbosity=2 \
    --kubevirt-logo-path=assets/kubevirt_logo.png --input-file="$work/$name" | sed '${/^$/d;}' >"$out/$name.yaml"
done

cd "$here/rebuild"
cdi=$(module kubevirt.io/containerized-data-importer Dir) version=$(module kubevirt.io/containerized-data-importer Version)
image() { echo "quay.io/kubevirt/cdi-$1:$version"; }
generate() {
  "$work/manifest-generator" -docker-repo=quay.io/kubevirt -docker-tag="$version" -operator-version="$version" -deploy-cluster-resources=true \
    -operator-image="$(image operator)" -controller-image="$(image controller)" -importer-image="$(image importer)" -cloner-image="$(image cloner)" \
    -apiserver-image="$(image apiserver)" -uploadproxy-image="$(image uploadproxy)" -uploadserver-image="$(image uploadserver)" \
    -ovirt-populator-image="$(image importer)" -verbosity=1 -pull-policy=IfNotPresent -namespace=cdi -cr-name=cdi "$@" | sed '${/^$/d;}'
}
mkdir "$work/parts"
generate -resource-type=operator -resource-group=everything >"$work/parts/operator-everything.yaml.in"
generate -resource-type=namespaced -resource-group=networkpolicies >"$work/parts/network-policies.yaml.in"
for name in cdi-operator cdi-cr; do
  generate -template="$cdi/manifests/templates/release/$name.yaml.in" -generated-manifests-path="$work/parts" >"$out/$name.yaml"
done
