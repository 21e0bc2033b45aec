import { load } from 'js-yaml';
import { SecretValue } from '../../../../src/identity/secret.js';
import { buildUserData } from '../../../../src/render/cloud-config/index.js';
import type { UserDataParts } from '../../../../src/render/cloud-config/index.js';
import type { EdgeDevice, EdgeDeviceSpec, GuestSpec, VmSpec } from '../../../../src/spec/types.js';

export const CONFIG_TOML = '[provisioning]\nsource = "manual"\n';

/** A device with the least of everything; tests add what they are about. */
export function device(guest: Partial<GuestSpec> = {}, vm: Partial<VmSpec> = {}, edge: Partial<EdgeDeviceSpec['edge']> = {}): EdgeDevice {
  return {
    apiVersion: 'edge-vm.io/v1alpha1',
    kind: 'EdgeDevice',
    metadata: { name: 'gw-01' },
    spec: {
      identity: {},
      vm: { template: 'ubuntu-24.04', architecture: 'amd64', disk: { size: '20Gi' }, consoleLog: true, readinessProbe: 'exec', ...vm },
      guest: { engine: 'moby', user: 'edge', ...guest },
      edge: { version: '1.6.0-1', identityServiceVersion: '1.6.0-1', ...edge },
    },
  };
}

export function userData(of: EdgeDevice, parts: Partial<UserDataParts> = {}): string {
  return buildUserData(of, { configToml: new SecretValue(CONFIG_TOML), ...parts }).reveal();
}

export interface Written {
  path: string;
  owner: string;
  permissions: string;
  text: string;
}

export type Parsed = Record<string, unknown> & { user: Record<string, unknown>; users?: Record<string, unknown>[]; runcmd: unknown[] };

export function parsed(text: string): Parsed {
  return load(text) as Parsed;
}

/** `write_files`, decoded, by path. */
export function written(text: string): Map<string, Written> {
  const files = parsed(text)['write_files'] as { path: string; owner: string; permissions: string; encoding?: string; content: string }[];
  return new Map(files.map(({ path, owner, permissions, encoding, content }) => [
    path, { path, owner, permissions, text: encoding === 'b64' ? Buffer.from(content, 'base64').toString('utf8') : content },
  ]));
}

/** Text of one file that must be there. */
export function fileText(text: string, path: string): string {
  const file = written(text).get(path);
  if (file === undefined) throw new Error(`user-data does not write ${path}`);
  return file.text;
}
