# What is in the cluster already: nodes, kind of cluster, KubeVirt and CDI. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

# One line for each node: name|control plane|KVM|kubelet|provider|labels that name a product.
node_lines() {
  must 'list the nodes' get nodes -o 'go-template={{range .items}}{{.metadata.name}}|{{range $key, $value := .metadata.labels}}{{if or (eq $key "node-role.kubernetes.io/control-plane") (eq $key "node-role.kubernetes.io/master")}}yes{{end}}{{end}}|{{with .status.allocatable}}{{range $key, $value := .}}{{if eq $key "devices.kubevirt.io/kvm"}}{{$value}}{{end}}{{end}}{{end}}|{{.status.nodeInfo.kubeletVersion}}|{{.spec.providerID}}|{{range $key, $value := .metadata.labels}}{{if or (eq $key "minikube.k8s.io/version") (eq $key "kubernetes.azure.com/cluster") (eq $key "node.openshift.io/os_id") (eq $key "node.kubernetes.io/instance-type")}}{{$key}}={{$value}} {{end}}{{end}}
{{end}}'
}

look_at_nodes() {
  local control=0 count
  must 'read the API groups' get --raw /apis
  case $answer in
    *'"config.openshift.io"'* | *'"security.openshift.io"'*)
      fail 3 'this cluster is OpenShift, which has an operator of its own for KubeVirt' \
        'Install OpenShift Virtualization from OperatorHub (OKD: KubeVirt HyperConverged Cluster Operator), then use edge-vm.' \
        'See docs/kubernetes.md#openshift.' ;;
  esac
  api_groups=$answer
  node_lines
  count=$(printf '%s\n' "$answer" | grep -c '|') || fail 3 'the cluster has no nodes' 'Add a node that can run virtual machines.'
  control=$(printf '%s\n' "$answer" | awk -F'|' '$2 != "" { n++ } END { print n + 0 }')
  step "$(platform), $count nodes, $control of them with the control-plane role"
  anywhere=$infra_anywhere
  if [ "$anywhere" = auto ]; then
    anywhere=no
    [ "$control" != 0 ] || anywhere=yes
  fi
}

platform() {
  case $answer in
    *kubernetes.azure.com/cluster*) echo 'AKS' ;;
    *minikube.k8s.io/version*) echo 'minikube' ;;
    *'|kind://'*) echo 'kind' ;;
    *+k3s*) echo 'k3s' ;;
    *+rke2*) echo 'RKE2' ;;
    *) case $api_groups in *'"arc.azure.com"'* | *'"clusterconfig.azure.com"'*) echo 'Kubernetes connected to Azure Arc' ;; *) echo 'Kubernetes' ;; esac ;;
  esac
}

# After look_at_present PART: owner_PART is none (nothing there), us or other. installed_PART is the version that runs,
# operator_PART the version of the operator, registry_PART where its image comes from, object_PART whether the KubeVirt or CDI
# object is there.
owner() { local name=owner_$1; printf '%s' "${!name-none}"; }
namespace_owner() { local name=namespace_owner_$1; printf '%s' "${!name-none}"; }
installed() { local name=installed_$1; printf '%s' "${!name-}"; }
operator_version() { local name=operator_$1; printf '%s' "${!name-}"; }
has_object() { local name=object_$1; [ "${!name-no}" = yes ]; }
crd() { case $1 in kubevirt) echo kubevirts.kubevirt.io ;; cdi) echo cdis.cdi.kubevirt.io ;; esac; }

look_at_present() {
  local part=$1 crd
  crd=$(crd "$part")
  must "look for the type $crd" get customresourcedefinitions "$crd" --ignore-not-found -o "$(label_template)"
  printf -v "owner_$part" '%s' "$(owner_of_answer)"
  must "look for the namespace $part" get namespace "$part" --ignore-not-found -o "$(label_template)"
  printf -v "namespace_owner_$part" '%s' "$(owner_of_answer)"
  printf -v "installed_$part" ''
  printf -v "operator_$part" ''
  printf -v "object_$part" no
  [ "$(owner "$part")" != none ] || return 0
  look_at_version "$part"
  case $(owner "$part") in
    us) check_step "$part" ;;
    other) check_other "$part" ;;
  esac
}

# Prints something for an object without the label too: an object that is not there has no answer at all.
label_template() { printf 'go-template=found {{with .metadata.labels}}{{with index . "%s"}}{{.}}{{end}}{{end}}' "$mark"; }

owner_of_answer() {
  case $answer in
    '') echo none ;;
    "found $mark_value") echo us ;;
    *) echo other ;;
  esac
}

look_at_version() {
  local part=$1 observed=observedKubeVirtVersion selector=kubevirt.io=virt-operator variable=KUBEVIRT_VERSION
  if [ "$part" = cdi ]; then observed=observedVersion selector=operator.cdi.kubevirt.io= variable=OPERATOR_VERSION; fi
  must "read the $(title "$part") object" get "$(crd "$part")" -A -o "go-template={{range .items}}{{with .metadata.namespace}}{{.}}{{end}}|{{.metadata.name}}|{{with .status}}{{with .$observed}}{{.}}{{end}}{{end}}
{{end}}"
  if [ -n "$answer" ]; then
    printf -v "object_$part" yes
    printf -v "object_namespace_$part" '%s' "$(printf '%s\n' "$answer" | head -n 1 | cut -d'|' -f1)"
    printf -v "object_name_$part" '%s' "$(printf '%s\n' "$answer" | head -n 1 | cut -d'|' -f2)"
    printf -v "installed_$part" '%s' "$(printf '%s\n' "$answer" | head -n 1 | cut -d'|' -f3)"
  fi
  must "read the operator of $(title "$part")" get deployments -A -l "$selector" -o "go-template={{range .items}}{{range .spec.template.spec.containers}}{{range .env}}{{if eq .name \"$variable\"}}{{.value}}{{end}}{{end}} {{.image}} {{end}}{{with .spec.template.spec.affinity}}{{with .nodeAffinity}}{{with .requiredDuringSchedulingIgnoredDuringExecution}}placed {{end}}{{end}}{{end}}{{with .metadata.labels}}{{range \$key, \$value := .}}{{\$key}}={{\$value}} {{end}}{{end}}
{{end}}"
  operator_line=$(printf '%s\n' "$answer" | head -n 1)
  # shellcheck disable=SC2086 # words
  set -- $operator_line
  printf -v "operator_$part" '%s' "${1-}"
  [ "$(owner "$part")" = us ] && [ $# -gt 1 ] || return 0
  # What was chosen at an earlier run stays until another choice is made.
  printf -v "registry_$part" '%s' "${2%/*}"
  if [ "$part" = kubevirt ] && [ "$infra_anywhere" = auto ] && [ "${3-}" != placed ]; then anywhere=yes; fi
}

# KubeVirt or CDI that this script installed: may it be changed to the wanted version?
check_step() {
  local part=$1 wanted running operator
  wanted=$(wanted "$part") operator=$(operator_version "$part") running=$(installed "$part")
  # If an earlier upgrade was interrupted, the operator is newer than what runs.
  running=${running:-$operator}
  [ -n "$operator" ] || return 0
  case $(compare_versions "$operator" "$wanted") in
    newer)
      fail 3 "$(title "$part") $operator is installed, and $wanted is older; a downgrade is not possible" \
        "Give the version that is there: --$part-version $operator." ;;
  esac
  if [ "$part" = kubevirt ] && [ "$(minors_between "$running" "$wanted")" -gt 1 ]; then
    fail 3 "KubeVirt $running is installed; an upgrade to $wanted skips a minor version, and KubeVirt supports only one at a time" \
      "Upgrade to a release of the next minor version first: --kubevirt-version $(next_minor "$running")."
  fi
}

next_minor() {
  # shellcheck disable=SC2046 # three numbers
  set -- $(version_numbers "$1")
  printf 'v%s.%s.0 or a later patch of it' "$1" "$(($2 + 1))"
}

# KubeVirt or CDI that something else installed: is it usable?
check_other() {
  local part=$1 running
  running=$(installed "$part")
  has_object "$part" || fail_without_object "$part"
  step "$(title "$part") ${running:-(version not known yet)} is there, installed by $(installer). It stays as it is."
  [ -n "$running" ] || return 0
  if [ "$part" = kubevirt ]; then
    [ "$(compare_versions "$running" "$OLDEST_KUBEVIRT")" != older ] || fail 3 "edge-vm needs KubeVirt 1.6 or newer, and $running is installed" \
      "Upgrade it with what installed it ($(installer)), one minor version at a time."
  fi
  [ "$running" = "$(tested "$part")" ] || say "    edge-vm is tested with $(tested "$part"). To change the version, use what installed it."
  [ "$(wanted "$part")" = "$(tested "$part")" ] || [ "$(wanted "$part")" = "$running" ] || warn "--$part-version $(wanted "$part") has no effect, because this script did not install $(title "$part")"
}

# kubevirt or cdi -> the version that edge-vm is tested with.
tested() { case $1 in kubevirt) echo "$TESTED_KUBEVIRT" ;; cdi) echo "$TESTED_CDI" ;; esac; }

# PART: its types are there, and nothing else. Who made them is in the type's list of field managers.
fail_without_object() {
  local part=$1 who
  must "look who made the type $(crd "$part")" get customresourcedefinitions "$(crd "$part")" -o 'jsonpath={range .metadata.managedFields[*]}{.manager}{" at "}{.time}{"\n"}{end}'
  who=$(printf '%s\n' "$answer" | grep -v '^kube-apiserver ' | awk '!seen[$0]++' | paste -s -d , - | sed 's/,/, /g')
  case $who in
    *'edge-vm-lab at '*)
      fail 3 'this cluster is the lab of edge-vm, which has KubeVirt and a simulated CDI of its own' \
        'There is nothing to install here, and nothing to remove. Create a device: edge-vm create NAME --register. With aks-bootstrap.sh: --skip-kubevirt' ;;
  esac
  fail 3 "the types of $(title "$part") are in the cluster, but this script did not make them, and there is no $(title "$part") object" \
    "The type $(crd "$part") was made by: ${who:-somebody unknown}." \
    "If that installation is not finished, finish it with what made the types. If its types are what an earlier one left, remove them there. Then run this script again."
}

installer() {
  case $api_groups$operator_line in
    *'"hco.kubevirt.io"'*) echo 'the HyperConverged Cluster Operator' ;;
    *olm.owner=* | *olm.managed=* | *operators.coreos.com/*) echo 'the Operator Lifecycle Manager' ;;
    *helm.sh/chart=* | *managed-by=Helm*) echo 'Helm' ;;
    *fluxcd.io/*) echo 'Flux' ;;
    *argocd.argoproj.io/*) echo 'Argo CD' ;;
    *) echo 'something else than this script' ;;
  esac
}

check_storage_class_exists() {
  [ -n "$storage_class" ] || return 0
  must 'look for the storage class' get storageclass "$storage_class" --ignore-not-found -o name
  [ -n "$answer" ] && return 0
  must 'list the storage classes' get storageclass -o 'jsonpath={.items[*].metadata.name}'
  fail 3 "there is no storage class $storage_class" "The cluster has: ${answer:-none}."
}
