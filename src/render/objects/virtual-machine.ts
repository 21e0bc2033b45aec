import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import type { KubeManifest } from '../types.js';
import { dropBookkeeping } from './bookkeeping.js';
import { attachCloudInit } from './cloud-init-volume.js';
import { attachDisks } from './data-volumes.js';
import { mappingAt } from './editing.js';
import { configureMachine } from './machine.js';
import { deviceAnnotations, deviceLabels } from './metadata.js';
import { cloudInitSecretName } from './object-names.js';
import { place } from './placement.js';
import { setRunStrategy } from './run-strategy.js';
import { settle } from './settle.js';
import { loadTemplate } from './template.js';

/** Facts of the Secret's content that the VirtualMachine has: whether there is network-data, and the hash. */
interface GuestDataFacts {
  userDataHash: string;
  hasNetworkData: boolean;
}

/**
 * The device's VirtualMachine: the template with the spec's values. It keeps every field that edge-vm does not
 * know. Throws InvalidInputError if template and spec do not fit. Holds no secret.
 */
export function virtualMachine(given: EdgeDevice, identity: DeviceIdentity, facts: GuestDataFacts): KubeManifest {
  const { name, namespace } = given.metadata;
  const manifest = loadTemplate(given.spec.vm);
  dropBookkeeping(manifest, name);
  const device = settle(given, manifest);
  setRunStrategy(manifest);
  configureMachine(manifest, device, identity);
  attachDisks(manifest, device);
  attachCloudInit(manifest, cloudInitSecretName(name), facts.hasNetworkData);
  place(manifest, device);
  const spec = mappingAt(manifest, 'spec');
  const labels = deviceLabels(device);
  const instance = mappingAt(manifest, 'spec', 'template', 'metadata');
  instance['labels'] = { ...mappingAt(manifest, 'spec', 'template', 'metadata', 'labels'), ...labels };
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...mappingAt(manifest, 'metadata', 'labels'), ...labels },
    annotations: { ...mappingAt(manifest, 'metadata', 'annotations'), ...deviceAnnotations(device, identity, facts.userDataHash) },
  };
  return { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata, spec } as KubeManifest;
}
