import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import {
  ANNOTATION_DEVICE, ANNOTATION_EDGE_VERSION, ANNOTATION_ENGINE, ANNOTATION_GENERATION, ANNOTATION_HUB, ANNOTATION_IDENTITY_SERVICE_VERSION,
  ANNOTATION_PARENT, ANNOTATION_TEMPLATE, ANNOTATION_USER_DATA_HASH, LABEL_INSTANCE, LABEL_MANAGED_BY, LABEL_NAME, MANAGER,
} from '../../spec/labels.js';
import { mergeSorted } from '../sorted-maps.js';

/**
 * Labels of every object of a device (docs/annotations.md). The values are always legal label values: the name has
 * at most 52 characters of `[-a-z0-9]`. Hub and device id may have other characters, so they are annotations.
 */
export function ownLabels(name: string): Record<string, string> {
  return {
    [LABEL_INSTANCE]: name,
    [LABEL_MANAGED_BY]: MANAGER,
    [LABEL_NAME]: MANAGER,
  };
}

/** The person's labels and ours. Ours win, because `delete` and the Service find objects by them. */
export function deviceLabels(device: EdgeDevice): Record<string, string> {
  const { name, labels } = device.metadata;
  return mergeSorted(labels, ownLabels(name)) ?? {};
}

/** Annotations of the VirtualMachine: values that cannot be labels, and values that show drift. Never a credential. */
export function deviceAnnotations(device: EdgeDevice, identity: DeviceIdentity, userDataHash: string): Record<string, string> {
  const { vm, guest, edge, firstBootGeneration } = device.spec;
  const own = {
    [ANNOTATION_DEVICE]: identity.deviceId,
    [ANNOTATION_EDGE_VERSION]: edge.version,
    [ANNOTATION_ENGINE]: guest.engine,
    [ANNOTATION_GENERATION]: String(firstBootGeneration ?? 1),
    [ANNOTATION_HUB]: identity.hubHostname,
    [ANNOTATION_IDENTITY_SERVICE_VERSION]: edge.identityServiceVersion,
    ...(edge.parentDeviceId === undefined ? {} : { [ANNOTATION_PARENT]: edge.parentDeviceId }),
    [ANNOTATION_TEMPLATE]: vm.templateFile === undefined ? vm.template : 'custom',
    [ANNOTATION_USER_DATA_HASH]: userDataHash,
  };
  return mergeSorted(device.metadata.annotations, own) ?? {};
}
