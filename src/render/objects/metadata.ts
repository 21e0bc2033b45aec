import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { mergeSorted } from '../plain.js';

/**
 * Labels of every object of a device (docs/annotations.md). Values are label values by construction: the name is
 * at most 52 characters of `[-a-z0-9]`; what may hold other characters (hub, device id) is an annotation.
 */
export function ownLabels(name: string): Record<string, string> {
  return {
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'edge-vm',
    'app.kubernetes.io/name': 'edge-vm',
  };
}

/** The person's labels and ours; ours win, since `delete` and the Service find objects by them. */
export function deviceLabels(device: EdgeDevice): Record<string, string> {
  const { name, labels } = device.metadata;
  return mergeSorted(labels, ownLabels(name)) ?? {};
}

/** Annotations of the VirtualMachine: what cannot be a label, and what tells drift. Never a credential. */
export function deviceAnnotations(device: EdgeDevice, identity: DeviceIdentity, userDataHash: string): Record<string, string> {
  const { vm, guest, edge, generation } = device.spec;
  const own = {
    'edge-vm.io/device-id': identity.deviceId,
    'edge-vm.io/edge-version': edge.version,
    'edge-vm.io/engine': guest.engine,
    'edge-vm.io/generation': String(generation ?? 1),
    'edge-vm.io/hub': identity.hubHostname,
    'edge-vm.io/identity-service-version': edge.identityServiceVersion,
    'edge-vm.io/template': vm.templateFile === undefined ? vm.template : 'custom',
    'edge-vm.io/user-data-hash': userDataHash,
  };
  return mergeSorted(device.metadata.annotations, own) ?? {};
}
