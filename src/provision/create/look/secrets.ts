import type { KubeObject } from '../../../cluster/types.js';
import { UNREAD_KEY, edgeCaProblems } from '../../../identity/edge-ca.js';
import { SecretValue } from '../../../identity/secret.js';
import type { RenderInputs } from '../../../identity/types.js';
import type { EdgeDevice, SecretSource } from '../../../spec/types.js';
import { cloudInitSecretName } from '../../../render/index.js';
import type { CreateRequest } from '../../types.js';
import type { Run } from '../run.js';
import { readNamed, renderedSecrets, textOfKey } from './secret.js';

type Secrets = CreateRequest['secrets'];
type Kind = keyof Omit<RenderInputs, 'identity'>;

/** Where a secret stands in the EdgeDevice, and the keys that Secrets usually have it under. */
const places: readonly { kind: Kind; field: string; usual: string[]; source: (spec: EdgeDevice['spec']) => SecretSource | undefined }[] = [
  { kind: 'registryPassword', field: 'spec.edge.registry.password', usual: ['password'], source: ({ edge }) => edge.registry?.password },
  { kind: 'edgeCaKey', field: 'spec.edge.edgeCa.key', usual: ['tls.key', 'key'], source: ({ edge }) => edge.edgeCa?.key },
];

/**
 * The secrets that the device needs besides its identity: those that the caller has read, else those of the Secrets that the
 * device names. In its own cloud-init Secret they are as they were rendered.
 */
export async function findSecrets(run: Run, device: EdgeDevice, given: Secrets, own: KubeObject | undefined): Promise<Secrets> {
  const rendered = renderedSecrets(own);
  const found = { ...given };
  for (const { kind, field, usual, source: sourceIn } of places) {
    const source = sourceIn(device.spec);
    if (source === undefined || found[kind] !== undefined) continue;
    if ('secretRef' in source) {
      const { secretRef } = source;
      const isOwn = secretRef.name === cloudInitSecretName(device.metadata.name) && secretRef.key === undefined;
      found[kind] = (isOwn ? rendered?.[kind] : undefined) ?? textOfKey(await readNamed(run, secretRef.name), secretRef, field, usual);
    } else if (run.request.dryRun === 'client') {
      // Who only compares need not have it: the one that the device has will do, or one that nobody will ever use.
      found[kind] = (kind === 'edgeCaKey' ? fittingKey(device, rendered?.[kind]) : rendered?.[kind]) ?? new SecretValue('not read');
    }
  }
  return found;
}

/** With a new certificate comes a new key. */
function fittingKey({ spec }: EdgeDevice, key: SecretValue | undefined): SecretValue {
  return key !== undefined && spec.edge.edgeCa !== undefined && edgeCaProblems(spec.edge.edgeCa.certificate, key).length === 0 ? key : UNREAD_KEY;
}
