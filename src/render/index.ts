import { dump } from 'js-yaml';
import type { EdgeDevice } from '../spec/types.js';
import type { RenderInputs } from '../identity/types.js';
import type { KubeManifest, RenderedDevice, SecretMode } from './types.js';
import { buildUserData } from './cloud-config/index.js';
import { configToml } from './config-toml/index.js';
import { guestFiles } from './guest-files.js';
import { userDataHash } from './hash.js';
import { loginWarnings } from './login.js';
import { networkData } from './network-data.js';
import { unusedSeedWarnings } from './objects/cloud-init-volume.js';
import { deviceLabels } from './objects/metadata.js';
import { cardWarnings, networkCards } from './objects/network-cards.js';
import { cloudInitSecretName } from './objects/object-names.js';
import { cloudInitSecret } from './objects/secret.js';
import { settle } from './objects/settle.js';
import { gatewayService } from './objects/service.js';
import { loadTemplate } from './objects/template.js';
import { virtualMachine } from './objects/virtual-machine.js';
import { warnings } from './warnings.js';

export { deviceLabels } from './objects/metadata.js';
export type { KubeManifest, RenderedDevice, SecretMode } from './types.js';
export { userDataHash } from './hash.js';
export { NO_LOGIN } from './login.js';
export { isBookkeeping } from './objects/bookkeeping.js';
export { namespaceManifest } from './objects/namespace.js';
export { cloudInitSecretName, dataVolumeName, rootVolumeName } from './objects/object-names.js';
export { cloudInitSecret } from './objects/secret.js';
export { bringsDisks } from './objects/template.js';

/**
 * All objects of a device, from its spec (defaults filled in, validated, files loaded) and its secrets. Pure: no I/O,
 * no clock, no random values; the same input gives the same bytes. Throws InvalidInputError with the field if template
 * and spec do not fit, or a secret of the spec is missing.
 */
export function renderDevice(given: EdgeDevice, inputs: RenderInputs): RenderedDevice {
  const { name, namespace } = given.metadata;
  const template = loadTemplate(given.spec.vm);
  const device = settle(given, template);
  const cards = networkCards(template);
  const userData = buildUserData(device, { configToml: configToml(device, inputs), files: guestFiles(device, inputs) });
  const network = networkData(device, cards);
  const hash = userDataHash(userData, network);
  return {
    name,
    namespace,
    userData,
    networkData: network,
    userDataHash: hash,
    virtualMachine: virtualMachine(device, inputs.identity, { userDataHash: hash, hasNetworkData: network !== undefined }),
    service: gatewayService(device),
    secretName: cloudInitSecretName(name),
    labels: deviceLabels(device),
    warnings: [...warnings(device, inputs.identity), ...cardWarnings(cards, given.spec.guest.networkData, template.field), ...unusedSeedWarnings(template), ...loginWarnings(device, template)],
  };
}

/** The objects in the order in which to apply them: the Secret (as `mode` says), then the machine, which needs it, then the Service. */
export function renderManifests(rendered: RenderedDevice, mode: SecretMode): KubeManifest[] {
  return [cloudInitSecret(rendered, mode), rendered.virtualMachine, rendered.service].filter((manifest) => manifest !== undefined);
}

/** The manifests as one YAML stream, as kubectl and GitOps tools read it. */
export function toYaml(manifests: readonly KubeManifest[]): string {
  return manifests.map((manifest) => dump(manifest, { lineWidth: -1, noRefs: true })).join('---\n');
}
