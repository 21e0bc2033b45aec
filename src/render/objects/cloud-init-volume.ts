import { cloudInitSource } from './template.js';
import { templateProblem } from './editing.js';
import type { Manifest } from './editing.js';
import { textAt } from '../../support/plain.js';

const inline = ['userData', 'userDataBase64', 'networkData', 'networkDataBase64'];

/**
 * Points the cloud-init volume at the device's Secret. Inline data of a template is refused rather than dropped:
 * KubeVirt takes either, and what stands there was meant.
 */
export function attachCloudInit(manifest: Manifest, secretName: string, withNetworkData: boolean): void {
  const source = cloudInitSource(manifest);
  const found = inline.find((key) => source[key] !== undefined);
  if (found !== undefined) throw templateProblem(manifest, `cloudInitNoCloud.${found} must be absent: give it as spec.guest.cloudConfig or spec.guest.networkData`);
  source['secretRef'] = { name: secretName };
  if (withNetworkData) source['networkDataSecretRef'] = { name: secretName };
  else delete source['networkDataSecretRef'];
}

/** The placeholder of our own templates, and what edge-vm called the Secret of the device that a manifest was saved from. */
const ourSeed = /(?:^|-)cloud-init$/;

/** What stands in a Secret of the template's own reaches no guest: edge-vm makes the user-data. */
export function unusedSeedWarnings(manifest: Manifest): string[] {
  const source = cloudInitSource(manifest);
  const keys = [['secretRef', 'spec.guest.cloudConfig'], ['networkDataSecretRef', 'spec.guest.networkData']] as const;
  return keys.flatMap(([key, field]) => {
    const name = textAt(source, key, 'name');
    return name === undefined || ourSeed.test(name) ? [] : [`${manifest.field}: what Secret ${name} holds is not used: give it as ${field}`];
  });
}
