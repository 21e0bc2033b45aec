import type { EdgeDevice, SecretSource } from '../spec/types.js';
import type { Problem } from '../support/errors.js';
import { at, record } from '../support/plain.js';
import { collected } from '../support/problems.js';
import { edgeCaProblems } from './edge-ca.js';
import { readSecret, type SecretIo } from './load-secret.js';
import { SecretValue } from './secret.js';
import type { RenderInputs } from './types.js';

/** How `readDeviceSecrets` reads. */
export interface DeviceSecretOptions {
  /** Secrets of the cluster are left to a caller that has one; else naming one is a problem. */
  inCluster: boolean;
  /** Called with each secret, so that no output shows it. */
  onSecret?: ((secret: SecretValue) => void) | undefined;
}

/** Reads the secrets that a checked device names, besides its identity. Adds what cannot be read, or does not fit, to `problems`. */
export async function readDeviceSecrets({ spec: { edge } }: EdgeDevice, io: SecretIo, { inCluster, onSecret }: DeviceSecretOptions, problems: Problem[]): Promise<Omit<RenderInputs, 'identity'>> {
  const read = async (source: SecretSource | undefined, field: string): Promise<SecretValue | undefined> => {
    if (source === undefined || (inCluster && 'secretRef' in source)) return undefined;
    const secret = await collected(() => readSecret(source, io, field), (error) => problems.push(...error.problems));
    if (secret !== undefined) onSecret?.(secret);
    return secret;
  };
  const registryPassword = await read(edge.registry?.password, 'spec.edge.registry.password');
  const edgeCaKey = await read(edge.edgeCa?.key, 'spec.edge.edgeCa.key');
  if (edgeCaKey !== undefined && edge.edgeCa !== undefined) problems.push(...edgeCaProblems(edge.edgeCa.certificate, edgeCaKey));
  return { ...(registryPassword === undefined ? {} : { registryPassword }), ...(edgeCaKey === undefined ? {} : { edgeCaKey }) };
}

/** The passwords in the URLs of a device's proxies: secrets like any other, that no later error may repeat. The device may be wrong. */
export function proxyPasswords(device: unknown): SecretValue[] {
  return Object.values(record(at(device, 'spec', 'guest', 'proxy')) ?? {}).flatMap((url) => {
    const password = typeof url === 'string' ? /^[a-z]+:\/\/[^/@]*?:([^/@]+)@/i.exec(url)?.[1] : undefined;
    return password === undefined ? [] : [new SecretValue(password)];
  });
}
