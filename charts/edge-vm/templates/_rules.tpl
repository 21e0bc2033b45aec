{{/*
The rights of the operator, each with its reason. src/operator/rights.ts has the same ones; a test compares them.

In the namespaces of devices.
*/}}
{{- define "edge-vm.namespacedRules" -}}
# What the operator keeps true. patch: finalizers.
- apiGroups: [edge-vm.io]
  resources: [edgedevices, edgedeployments]
  verbs: [get, list, watch, patch]
- apiGroups: [edge-vm.io]
  resources: [edgedevices/status, edgedeployments/status]
  verbs: [patch]
# The device itself.
- apiGroups: [kubevirt.io]
  resources: [virtualmachines]
  verbs: [get, list, watch, create, patch, delete]
# delete: an instance that never ran, after its settings changed.
- apiGroups: [kubevirt.io]
  resources: [virtualmachineinstances]
  verbs: [get, list, watch, delete]
# The disks: their progress; delete or keep them with the device.
- apiGroups: [cdi.kubevirt.io]
  resources: [datavolumes]
  verbs: [get, list, watch, patch, delete]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, patch]
# Its uid: a disk that must outlive its EdgeDevice has the namespace as an owner.
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get]
# The cloud-init Secret of each device; get: Secrets that an EdgeDevice names. list, watch: only those with edge-vm's label.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
# The Service of a gateway.
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
# Why a device does not run: scheduling, image pulls, mounts, and the guest's console.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
# get, create, patch: Events of EdgeDevices.
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, create, patch]
{{- end -}}

{{/* In the whole cluster. Without them the operator works, but says less, or says it later. */}}
{{- define "edge-vm.nodeRules" -}}
# Whether the node of a device is lost.
- apiGroups: [""]
  resources: [nodes]
  verbs: [get, list, watch]
{{- end -}}

{{- define "edge-vm.storageRules" -}}
# A storage class that does not exist is refused at once.
- apiGroups: [storage.k8s.io]
  resources: [storageclasses]
  verbs: [get, list]
# A class without an object is good if volumes of it exist.
- apiGroups: [""]
  resources: [persistentvolumes]
  verbs: [list]
{{- end -}}

{{/* In the namespace of the release. */}}
{{- define "edge-vm.leaseRules" -}}
# Which replica works.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, create, patch]
{{- end -}}
