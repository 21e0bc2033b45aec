import type { EdgeDevice } from '../spec/types.js';
import { InvalidInputError } from '../support/errors.js';
import { edgeCaProblems } from '../identity/edge-ca.js';
import type { RenderInputs } from '../identity/types.js';
import type { GuestFile } from './cloud-config/index.js';

/**
 * The paths of the certificates and keys of config.toml in the guest. The folders are Microsoft's own choice
 * (https://learn.microsoft.com/azure/iot-edge/how-to-manage-device-certificates): user `aziotcs` reads
 * certificates, `aziotks` reads keys.
 */
export const GUEST_PATHS = {
  trustBundle: '/var/aziot/certs/trust-bundle.pem',
  edgeCaCertificate: '/var/aziot/certs/edge-ca.pem',
  edgeCaKey: '/var/aziot/secrets/edge-ca.key.pem',
} as const;

/** Files that config.toml names. Throws InvalidInputError if the edge CA has no key, or the key of another certificate. */
export function guestFiles(device: EdgeDevice, inputs: RenderInputs): GuestFile[] {
  const { trustBundle, edgeCa } = device.spec.edge;
  const files: GuestFile[] = [];
  if (trustBundle !== undefined) files.push(certificate(GUEST_PATHS.trustBundle, trustBundle));
  if (edgeCa !== undefined) {
    if (inputs.edgeCaKey === undefined) throw new InvalidInputError([{ field: 'spec.edge.edgeCa.key', message: 'is missing: the certificate cannot be used without its key' }]);
    const problems = edgeCaProblems(edgeCa.certificate, inputs.edgeCaKey);
    if (problems.length > 0) throw new InvalidInputError(problems);
    files.push(certificate(GUEST_PATHS.edgeCaCertificate, edgeCa.certificate));
    files.push({ path: GUEST_PATHS.edgeCaKey, owner: 'aziotks:aziotks', mode: '0600', content: inputs.edgeCaKey });
  }
  return files;
}

function certificate(path: string, content: string): GuestFile {
  return { path, owner: 'aziotcs:aziotcs', mode: '0644', content };
}
