import { parse } from 'smol-toml';
import { SecretValue } from '../identity/secret.js';
import type { DeviceIdentity, RenderInputs } from '../identity/types.js';
import { at, listAt, textAt } from '../support/plain.js';
import { parseYaml } from '../support/yaml.js';
import { CONFIG } from './cloud-config/guest-files.js';
import { GUEST_PATHS } from './guest-files.js';

/** The secrets that user-data was rendered with. */
export type RenderedSecrets = Partial<RenderInputs> & {
  /** `parent_hostname`, from the identity or the spec. */
  parentHostname?: string;
};

/**
 * The opposite of rendering, for secrets only: reads from rendered user-data what `renderDevice` needs besides the spec.
 * A secret that is not in there is absent; text that is no user-data of edge-vm gives nothing.
 */
export function readBack(userData: SecretValue): RenderedSecrets {
  const files = filesOf(userData.reveal());
  const config = tomlOf(files.get(CONFIG.staged));
  const edgeCaKey = files.get(stagedAt(files, GUEST_PATHS.edgeCaKey));
  const password = textAt(config, 'agent', 'config', 'auth', 'password');
  const parentHostname = textAt(config, 'parent_hostname');
  const identity = identityOf(config);
  return {
    ...(identity === undefined ? {} : { identity }),
    ...(password === undefined ? {} : { registryPassword: new SecretValue(password) }),
    ...(edgeCaKey === undefined ? {} : { edgeCaKey: new SecretValue(edgeCaKey) }),
    ...(parentHostname === undefined ? {} : { parentHostname }),
  };
}

/** Path → content of edge-vm's files, all in base64. Takes the first of a path: the person's own files come later. */
function filesOf(text: string): Map<string, string> {
  const parsed = parseYaml(text, 'user-data');
  const entries = 'problem' in parsed ? [] : listAt(parsed.documents[0], 'write_files');
  const files = entries.flatMap((entry): [string, string][] => {
    const [path, content] = [textAt(entry, 'path'), textAt(entry, 'content')];
    return path === undefined || content === undefined || at(entry, 'encoding') !== 'b64' ? [] : [[path, Buffer.from(content, 'base64').toString('utf8')]];
  });
  return new Map(files.reverse());
}

function tomlOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined;
  }
}

/** Lines of the manifest: mode, user, group, staged file, target. */
function stagedAt(files: ReadonlyMap<string, string>, target: string): string {
  const lines = (files.get('/etc/edge-vm/files.manifest') ?? '').split('\n').map((line) => line.split('\t'));
  return lines.find((line) => line[4] === target)?.[3] ?? '';
}

function identityOf(config: unknown): DeviceIdentity | undefined {
  const hubHostname = textAt(config, 'provisioning', 'iothub_hostname');
  const deviceId = textAt(config, 'provisioning', 'device_id');
  const key = textAt(config, 'provisioning', 'authentication', 'device_id_pk', 'value');
  if (hubHostname === undefined || deviceId === undefined || key === undefined) return undefined;
  return { kind: 'symmetric-key', hubHostname, deviceId, key: new SecretValue(key) };
}
