import { cloudInitSource } from './template.js';
import { templateProblem } from './editing.js';
import type { Manifest } from './editing.js';
import { textAt } from '../../support/plain.js';

const inline = ['userData', 'userDataBase64', 'networkData', 'networkDataBase64'];

/**
 * Points the cloud-init volume at the device's Secret. It refuses inline data of a template, and does not drop it:
 * somebody has put it there for a reason, and KubeVirt accepts only one of the two.
 */
export function attachCloudInit(manifest: Manifest, secretName: string, withNetworkData: boolean): void {
  const source = cloudInitSource(manifest);
  const found = inline.find((key) => source[key] !== undefined);
  if (found !== undefined) throw templateProblem(manifest, `cloudInitNoCloud.${found} must be absent: give it as spec.guest.cloudConfig or spec.guest.networkData`);
  source['secretRef'] = { name: secretName };
  if (withNetworkData) source['networkDataSecretRef'] = { name: secretName };
  else delete source['networkDataSecretRef'];
}

/** The placeholder of our own templates, and the Secret name of the device from which a manifest was saved. */
const ourSeed = /(?:^|-)cloud-init$/;

/** A Secret of the template itself has no effect on the guest: edge-vm makes the user-data. */
export function unusedSeedWarnings(manifest: Manifest): string[] {
  const source = cloudInitSource(manifest);
  const keys = [['secretRef', 'spec.guest.cloudConfig'], ['networkDataSecretRef', 'spec.guest.networkData']] as const;
  return keys.flatMap(([key, field]) => {
    const name = textAt(source, key, 'name');
    return name === undefined || ourSeed.test(name) ? [] : [`${manifest.field}: edge-vm does not use the content of Secret ${name}: give it as ${field}`];
  });
}
