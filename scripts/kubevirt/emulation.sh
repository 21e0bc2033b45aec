# Can the nodes run virtual machines? Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

# Number of nodes that offer KVM. virt-handler reports it a moment after it starts on a node.
nodes_with_kvm() {
  node_lines
  printf '%s\n' "$answer" | awk -F'|' '$3 != "" && $3 != "0" { n++ } END { print n + 0 }'
}

ensure_virtualization() {
  local from=$SECONDS count name=object_name_kubevirt namespace=object_namespace_kubevirt
  name=${!name-kubevirt} namespace=${!namespace-kubevirt}
  while :; do
    count=$(nodes_with_kvm)
    if [ "$count" -gt 0 ]; then
      step "$count nodes can run virtual machines with hardware virtualization (KVM)"
      return 0
    fi
    must 'read the settings of KubeVirt' get kubevirts.kubevirt.io "$name" -n "$namespace" -o 'jsonpath={.spec.configuration.developerConfiguration.useEmulation}'
    if [ "$answer" = true ]; then
      step 'no node has KVM; KubeVirt emulates the CPU (slow)'
      return 0
    fi
    if [ $((SECONDS - from)) -ge "$kvm_patience" ] || ! time_left; then break; fi
    tell_once kvm 'no node offers KVM yet'
    sleep "$poll"
  done
  agreed_to_emulate
  must 'switch emulation on' patch kubevirts.kubevirt.io "$name" -n "$namespace" --field-manager=edge-vm-kubevirt-install --type=merge -p '{"spec":{"configuration":{"developerConfiguration":{"useEmulation":true}}}}'
  step 'KubeVirt now emulates the CPU: a device takes minutes instead of seconds to start'
  # The change makes KubeVirt roll out its parts again.
  wait_until_available
}

agreed_to_emulate() {
  local reason='no node offers KVM (devices.kubevirt.io/kvm is 0 on all nodes)'
  local causes='The CPU of the nodes has no virtualization, it is switched off in the firmware, or the nodes are virtual machines without nested virtualization. On Azure, use a size with nested virtualization.'
  if [ "$(owner kubevirt)" = other ]; then
    fail 3 "$reason" "$causes" 'To emulate the CPU, which is slow, set spec.configuration.developerConfiguration.useEmulation to true with what installed KubeVirt.'
  fi
  case $emulation in
    yes) return 0 ;;
    never) fail 3 "$reason" "$causes" 'KubeVirt and CDI are installed. Add nodes with KVM; nothing else is left to do.' ;;
  esac
  if interactive; then
    warn "$reason. $causes"
    agrees 'Let KubeVirt emulate the CPU? Devices are then slow; it is good for a trial only.' && return 0
  fi
  fail 3 "$reason" "$causes" 'KubeVirt and CDI are installed. Add nodes with KVM, or give --emulation yes for a trial without KVM.'
}
