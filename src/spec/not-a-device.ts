import { isMapping } from '../support/plain.js';
import { shown } from '../support/shown.js';
import { suggest } from '../support/suggest.js';

/**
 * Why a document cannot be an EdgeDevice; `undefined` if it may be one, perhaps with mistakes. Another kind is no device with a
 * mistake: its fields would only cause many problems.
 */
export function notADevice(value: unknown): string | undefined {
  if (!isMapping(value)) return `must be a mapping with apiVersion, kind, metadata and spec${Array.isArray(value) ? ', not a list; between several devices, a line has three dashes' : ''}`;
  const { kind } = value;
  if (kind === 'EdgeDevice') return undefined;
  // Devices are also accepted without a kind; a file of another tool has none of these fields.
  if (kind === undefined || kind === null) return 'metadata' in value || 'spec' in value ? undefined : 'is not an EdgeDevice: it has no kind, metadata and spec';
  const name = typeof kind === 'string' && /^[A-Za-z]+$/.test(kind) ? shown(kind)?.slice(1, -1) : undefined;
  if (name !== undefined && (name.toLowerCase() === 'edgedevice' || suggest(name, ['EdgeDevice']) !== undefined)) return `has kind ${name}; did you mean EdgeDevice?`;
  return `is ${name === undefined ? 'of another kind' : `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`}; only EdgeDevices are accepted here, use kubectl for other objects`;
}
