import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import type { KubeManifest } from '../types.js';
import { attachCloudInit } from './cloud-init-volume.js';
import { attachDisks } from './data-volumes.js';
import { mappingAt } from './editing.js';
import { configureMachine } from './machine.js';
import { deviceAnnotations, deviceLabels } from './metadata.js';
import { cloudInitSecretName } from './object-names.js';
import { place } from './placement.js';
import { loadTemplate } from './template.js';

/** What the VirtualMachine tells of the Secret's content: whether there is network-data, and the hash. */
interface GuestDataFacts {
  userDataHash: string;
  hasNetworkData: boolean;
}

/**
 * The device's VirtualMachine: the template with the spec's values put in; every field that edge-vm does not know
 * is kept. Throws InvalidInputError where template and spec do not fit. Holds no secret.
 */
export function virtualMachine(device: EdgeDevice, identity: DeviceIdentity, facts: GuestDataFacts): KubeManifest {
  const { name, namespace } = device.metadata;
  const manifest = loadTemplate(device.spec.vm);
  configureMachine(manifest, device, identity);
  attachDisks(manifest, device);
  attachCloudInit(manifest, cloudInitSecretName(name), facts.hasNetworkData);
  place(manifest, device);
  const spec = mappingAt(manifest, 'spec');
  // `running` is the deprecated way to say it; both together are refused.
  if (spec['running'] === undefined) spec['runStrategy'] ??= 'Always';
  const labels = deviceLabels(device);
  const instance = mappingAt(manifest, 'spec', 'template', 'metadata');
  instance['labels'] = { ...mappingAt(manifest, 'spec', 'template', 'metadata', 'labels'), ...labels };
  // Of the template's metadata only what describes: a manifest saved from a cluster also has uid, owner and the like.
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...mappingAt(manifest, 'metadata', 'labels'), ...labels },
    annotations: { ...mappingAt(manifest, 'metadata', 'annotations'), ...deviceAnnotations(device, identity, facts.userDataHash) },
  };
  return { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata, spec } as KubeManifest;
}
