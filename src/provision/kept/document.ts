import type { KubeObject } from '../../cluster/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { withPresentNames } from '../../spec/former-names.js';
import { dropNulls } from '../../spec/plain.js';
import type { EdgeDeviceInput } from '../../spec/types.js';
import { isMapping, record, textAt, type Mapping } from '../../support/plain.js';

/** The key of the cloud-init Secret with the kept device; KubeVirt reads only `userdata` and `networkdata`. */
export const KEPT_KEY = 'edgedevice';

/** Kubernetes accepts 1 MiB of data in a Secret. */
const mostBytes = 1_048_576;

/** The person's own documents: the order of their keys may matter to their readers. */
const asGiven = new Set(['cloudConfig', 'networkData']);

/**
 * The device to keep: the person's input with the text of side files. It has no defaults, so that those of a later version
 * apply, and no values of this call (its namespace). A credential from a file or variable becomes a reference to the
 * device's own Secret, where it now is.
 */
export function toKeep(input: EdgeDeviceInput, name: string): EdgeDeviceInput {
  const { apiVersion: _version, kind: _kind, status: _status, ...given } = record(withBareRegister(input)) ?? {};
  const { metadata, spec } = record(dropNulls(given)) ?? {};
  const { namespace: _namespace, ...kept } = record(metadata) ?? {};
  return sorted({ metadata: { ...kept, name }, spec: inOwnSecret(record(spec) ?? {}, { secretRef: { name: cloudInitSecretName(name) } }) }) as EdgeDeviceInput;
}

/** `register:` with nothing after it has a meaning, and must not go with the nulls. */
function withBareRegister(input: EdgeDeviceInput): EdgeDeviceInput {
  const identity = input.spec?.identity as Mapping | undefined;
  return identity?.['register'] === null ? { ...input, spec: { ...input.spec, identity: { register: {} } } } : input;
}

/** A reference to a Secret of the cluster stays; a file or a variable may be gone tomorrow. */
function inOwnSecret(spec: Mapping, own: Mapping): Mapping {
  const moved = (holder: unknown, key: string): Mapping => {
    const source = record(record(holder)?.[key]);
    return { ...record(holder), ...(source === undefined || 'secretRef' in source ? {} : { [key]: own }) };
  };
  const edge = record(spec['edge']);
  return {
    ...spec,
    ...(spec['identity'] === undefined ? {} : { identity: moved(spec['identity'], 'connectionString') }),
    ...(edge === undefined ? {} : {
      edge: {
        ...edge,
        ...(edge['registry'] === undefined ? {} : { registry: moved(edge['registry'], 'password') }),
        ...(edge['edgeCa'] === undefined ? {} : { edgeCa: moved(edge['edgeCa'], 'key') }),
      },
    }),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMapping(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, asGiven.has(key) ? value[key] : sorted(value[key])]));
}

/** The text to keep; the same device gives the same bytes. */
export function keptText(kept: EdgeDeviceInput): string {
  return JSON.stringify(kept);
}

/** Whether there is room for it beside the other data of the Secret. */
export function hasRoom(text: string, ...others: (string | undefined)[]): boolean {
  return [text, ...others].reduce((sum, one) => sum + Buffer.byteLength(one ?? ''), 0) <= mostBytes;
}

/** The text in a live Secret; `undefined` if there is none. */
export function keptTextIn(secret: KubeObject | undefined): string | undefined {
  const data = textAt(secret, 'data', KEPT_KEY);
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
}

/** The device in a live Secret; `undefined` if there is none, or the text is no device. That of an older edge-vm may have former names of fields. */
export function keptIn(secret: KubeObject | undefined): EdgeDeviceInput | undefined {
  try {
    const parsed: unknown = JSON.parse(keptTextIn(secret) ?? 'null');
    return isMapping(parsed) && isMapping(parsed['spec']) ? withPresentNames(parsed).input : undefined;
  } catch {
    return undefined;
  }
}
