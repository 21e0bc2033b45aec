import type { KubeObject } from '../../../cluster/types.js';
import { Secret } from '../../../cluster/kinds.js';
import { isOfDevice } from '../../../cluster/owned.js';
import { ref } from '../../../cluster/ref.js';
import { SecretValue } from '../../../identity/secret.js';
import { readBack, type RenderedSecrets } from '../../../render/read-back.js';
import { EdgeVmError, InvalidInputError } from '../../../support/errors.js';
import { textAt } from '../../../support/plain.js';
import type { Run } from '../run.js';

/** A key of a Secret in the device's namespace; without a key, the only key, or one of the usual keys. */
export interface SecretKey {
  name: string;
  key?: string;
}

/** Reads a Secret that the device names. `field` is its path in the EdgeDevice. Throws `not-found` and InvalidInputError. */
export async function readNamed({ context, deadline, report: { namespace } }: Run, name: string): Promise<KubeObject> {
  const secret = await context.cluster.get(ref(Secret, name, namespace), { signal: deadline.signal });
  if (secret !== undefined) return secret;
  throw new EdgeVmError('not-found', `Secret ${namespace}/${name} does not exist`, {
    hint: `A Secret that the device names must be in the device’s namespace, which is ${namespace}.`, details: { secret: name },
  });
}

/** The text of one key, without a line end behind it. */
export function textOfKey(secret: KubeObject, { name, key }: SecretKey, field: string, usual: readonly string[]): SecretValue {
  const keys = Object.keys((secret.data as Record<string, unknown> | undefined) ?? {});
  const wanted = key ?? (keys.length === 1 ? keys[0] : usual.find((one) => keys.includes(one)));
  const value = wanted === undefined ? undefined : textAt(secret, 'data', wanted);
  if (value !== undefined) return new SecretValue(Buffer.from(value, 'base64').toString('utf8').trim());
  throw new InvalidInputError([{
    field: `${field}.secretRef.key`,
    message: `Secret ${name} has no ${wanted === undefined ? 'single or well-known key' : `key ${wanted}`}; its keys are: ${keys.join(', ') || 'none'}${wanted === undefined && keys.length > 0 ? `; name one of them as ${field}.secretRef.key` : ''}`,
  }]);
}

/** Several steps ask for them, and reading user-data takes longer than all else of a device that is as it should be. */
const known = new WeakMap<KubeObject, RenderedSecrets>();

/** The secrets in a cloud-init Secret of ours; `undefined` for any other Secret. Nobody changes the object between two calls. */
export function renderedSecrets(secret: KubeObject | undefined): RenderedSecrets | undefined {
  if (secret === undefined || !isOfDevice(secret)) return undefined;
  const before = known.get(secret);
  if (before !== undefined) return before;
  const userData = textAt(secret, 'data', 'userdata');
  if (userData === undefined) return undefined;
  const secrets = readBack(new SecretValue(Buffer.from(userData, 'base64').toString('utf8')));
  known.set(secret, secrets);
  return secrets;
}
