# The four manifests: fetched, checked, and made ready to apply. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

names='cdi-operator.yaml cdi-cr.yaml kubevirt-operator.yaml kubevirt-cr.yaml'
mark=edge-vm.io/installed-by
mark_value=kubevirt-install

# kubevirt or cdi -> the version that is wanted.
wanted() { case $1 in kubevirt) echo "$kubevirt_version" ;; cdi) echo "$cdi_version" ;; esac; }
title() { case $1 in kubevirt) echo KubeVirt ;; cdi) echo CDI ;; esac; }
part_of() { echo "${1%%-*}"; }

get_manifests() {
  local name
  for name in $names; do
    # What something else installed needs no manifest.
    [ "$(owner "$(part_of "$name")")" != other ] || continue
    fetch_manifest "$name"
  done
  check_sums
}

fetch_manifest() {
  local name=$1 part version url
  part=$(part_of "$name") version=$(wanted "$part")
  case $manifests in
    '')
      case $part in
        kubevirt) url=https://github.com/kubevirt/kubevirt/releases/download/$version/$name ;;
        cdi) url=https://github.com/kubevirt/containerized-data-importer/releases/download/$version/$name ;;
      esac ;;
    http://* | https://*) url=${manifests%/}/$name ;;
    *)
      [ -f "$manifests/$name" ] || fail 3 "there is no $name in $manifests" "The folder must hold $names."
      cp "$manifests/$name" "$work/$name"
      return ;;
  esac
  download "$url" "$work/$name" || fail 3 "cannot fetch $(without_password "$url"): $(problem)" \
    'Set HTTPS_PROXY if this machine needs a proxy, or fetch the files elsewhere and name their folder with --manifests.'
}

# The address is not an argument of the program, because it may hold a password.
download() {
  if command -v curl >/dev/null 2>&1; then
    printf 'url = "%s"\n' "$1" | curl -fsSL --retry 2 --connect-timeout 20 --max-time 120 -o "$2" -K - 2>"$work/problem"
  elif command -v wget >/dev/null 2>&1; then
    printf '%s\n' "$1" | wget -nv -T 30 -t 3 -O "$2" -i - 2>"$work/problem"
  else
    fail 3 'neither curl nor wget is installed' 'Install one of them, or name a folder with the manifests: --manifests.'
  fi
}

without_password() { printf '%s' "$1" | sed 's#//[^/@]*@#//#'; }

sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then shasum -a 256 <"$1"
  else openssl dgst -sha256 -r <"$1"; fi | cut -c1-64
}

# The checksum of a manifest: the one of --sha256, else the one of the data file.
known_sum() {
  local name=$1 part version given
  for given in $given_sums; do
    [ "${given%%=*}" != "$name" ] || { echo "${given#*=}"; return; }
  done
  part=$(part_of "$name") version=$(wanted "$part")
  awk -v path="$part/$version/$name" '$2 == path { print $1 }' "$here/kubevirt/manifests.sha256"
}

# All manifests are checked before anything is applied.
check_sums() {
  local name got want wrong='' unknown='' accept=''
  for name in $names; do
    [ -f "$work/$name" ] || continue
    got=$(sha256_of "$work/$name") want=$(known_sum "$name")
    if [ -z "$want" ]; then
      unknown="$unknown $name"
      accept="$accept --sha256 $name=$got"
    elif [ "$got" != "$want" ]; then
      wrong="$wrong
  $name has $got, it must have $want"
    fi
  done
  [ -z "$wrong" ] || fail 3 "a manifest is not the one that was released; nothing was applied$wrong" \
    'It was changed, or did not arrive whole. Fetch it again, or look at who serves it.'
  [ -z "$unknown" ] || fail 3 "no checksum is known for$unknown of KubeVirt $kubevirt_version and CDI $cdi_version; nothing was applied" \
    'If you have checked the files against their releases, run the command again with' " $accept"
  if [ -f "$work/cdi-cr.yaml" ] || [ -f "$work/kubevirt-cr.yaml" ]; then step 'manifests: the checksums are right'; fi
}

# PART: writes $work/PART-operator.ready.yaml and PART-cr.ready.yaml: with the label of this script, images of the chosen
# registry, and no condition on nodes that the cluster does not have.
render() {
  local part=$1 file folder=$work/render-$1
  mkdir -p "$folder"
  for file in operator cr; do
    mkdir -p "$folder/$file"
    sed "s#quay\.io/kubevirt/#$(registry "$part")/#g" "$work/$part-$file.yaml" >"$folder/$file/manifest.yaml"
    {
      printf 'resources: [manifest.yaml]\nlabels:\n- pairs: {%s: %s}\n' "$mark" "$mark_value"
      patches "$part" "$file"
    } >"$folder/$file/kustomization.yaml"
    kubectl kustomize "$folder/$file" >"$work/$part-$file.ready.yaml" 2>"$work/problem" ||
      fail 1 "cannot prepare the manifests of $(title "$part"): $(problem)" 'kubectl 1.22 or newer is needed.'
  done
}

registry() {
  local name=registry_$1
  name=${!name-}
  printf '%s' "${image_registry:-${name:-quay.io/kubevirt}}"
}

patches() {
  local part=$1 file=$2 namespace=no placement=no
  # A namespace that somebody else made stays as it is.
  if [ "$file" = operator ] && [ "$(namespace_owner "$part")" = other ]; then namespace=yes; fi
  if [ "$part" = kubevirt ] && [ "$anywhere" = yes ]; then placement=yes; fi
  [ "$namespace$placement" != nono ] || return 0
  echo 'patches:'
  [ "$namespace" = no ] || printf -- '- patch: |\n    apiVersion: v1\n    kind: Namespace\n    metadata: {name: %s}\n    $patch: delete\n' "$part"
  [ "$placement" = yes ] || return 0
  if [ "$file" = cr ]; then
    printf -- '- target: {kind: KubeVirt}\n  patch: |\n    - {op: add, path: /spec/infra, value: {nodePlacement: {}}}\n'
  elif grep -q requiredDuringSchedulingIgnoredDuringExecution "$work/$part-$file.yaml"; then
    # nodePlacement is for what the operator starts. The operator itself has the same condition in its Deployment.
    printf -- '- target: {kind: Deployment, name: virt-operator}\n  patch: |\n    - {op: remove, path: /spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution}\n'
  fi
}
