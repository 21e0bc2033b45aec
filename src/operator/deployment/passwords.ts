import { Secret } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import type { Cluster } from '../../cluster/types.js';
import { passwordRefsOf } from '../../deployment/desired.js';
import type { ModulesContent, PasswordRef } from '../../deployment/types.js';
import { InvalidInputError, type Problem } from '../../support/errors.js';
import { record } from '../../support/plain.js';
import { MANIFEST } from './spec.js';

/** The passwords of registries. */
export interface Passwords {
  /** By registry: secrets. */
  values: ReadonlyMap<string, string>;
  /** Versions of their Secrets. */
  versions: readonly string[];
}

/** Reads the passwords that a manifest refers to. Throws `InvalidInputError` with every reference that leads nowhere. */
export async function readPasswords(cluster: Cluster, namespace: string, content: ModulesContent, signal: AbortSignal): Promise<Passwords> {
  const values = new Map<string, string>();
  const versions: string[] = [];
  const problems: Problem[] = [];
  for (const reference of passwordRefsOf(content, MANIFEST)) {
    const secret = await cluster.get(ref(Secret, reference.name, namespace), { signal });
    const found = passwordIn(record(secret?.['data']), reference);
    if (secret === undefined) problems.push({ kind: 'missing', field: reference.field, message: `there is no Secret ${reference.name} in namespace ${namespace}` });
    else if ('problem' in found) problems.push({ kind: 'missing', field: reference.field, message: found.problem });
    else {
      values.set(reference.registry, found.password);
      versions.push(`${secret.metadata.uid ?? ''}/${secret.metadata.resourceVersion ?? ''}`);
    }
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { values, versions };
}

function passwordIn(data: Readonly<Record<string, unknown>> | undefined, { name, key }: PasswordRef): { password: string } | { problem: string } {
  const keys = Object.keys(data ?? {});
  const wanted = key ?? (keys.length === 1 ? keys[0]! : undefined);
  if (wanted === undefined) return { problem: `Secret ${name} has ${keys.length} keys: name one as key` };
  const value = data !== undefined && Object.hasOwn(data, wanted) ? data[wanted] : undefined;
  if (typeof value !== 'string') return { problem: `Secret ${name} has no key ${wanted}` };
  const password = Buffer.from(value, 'base64').toString('utf8').replace(/[\r\n]+$/, '');
  return password.trim() === '' ? { problem: `key ${wanted} of Secret ${name} is empty` } : { password };
}
