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

/** The path of a secret in the EdgeDevice, and the usual keys for it in Secrets. */
const places: readonly { kind: Kind; field: string; usual: string[]; source: (spec: EdgeDevice['spec']) => SecretSource | undefined }[] = [
  { kind: 'registryPassword', field: 'spec.edge.registry.password', usual: ['password'], source: ({ edge }) => edge.registry?.password },
  { kind: 'edgeCaKey', field: 'spec.edge.edgeCa.key', usual: ['tls.key', 'key'], source: ({ edge }) => edge.edgeCa?.key },
];

/**
 * The secrets that the device needs besides its identity: those that the caller has read, else those of the Secrets that
 * the device names. Its own cloud-init Secret has them in rendered form.
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
      // A comparison does not need it: the device's present secret is enough, or a placeholder that is never used.
      found[kind] = (kind === 'edgeCaKey' ? fittingKey(device, rendered?.[kind]) : rendered?.[kind]) ?? new SecretValue('not read');
    }
  }
  return found;
}

/** With a new certificate comes a new key. */
function fittingKey({ spec }: EdgeDevice, key: SecretValue | undefined): SecretValue {
  return key !== undefined && spec.edge.edgeCa !== undefined && edgeCaProblems(spec.edge.edgeCa.certificate, key).length === 0 ? key : UNREAD_KEY;
}
