import { cloudInitSource } from './template.js';
import { templateProblem } from './editing.js';
import type { Manifest } from './editing.js';

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
}
