import { decodeLoosely } from '../auth/sas.js';

/** What a link of an identity is for. */
export type LinkKind = 'telemetry' | 'devicebound' | 'inputs' | 'twin' | 'methods';

export interface LinkAddress {
  deviceId: string;
  moduleId: string | undefined;
  kind: LinkKind;
}

/**
 * Reads `/devices/{id}[/modules/{module}]/…`, with or without `amqps://host:port` before it; ids are URL-encoded.
 * `toHub`: the client is the sender. Undefined if the hub does not have the address in that direction.
 */
export function parseLinkAddress(address: string, toHub: boolean): LinkAddress | undefined {
  const path = address.replace(/^amqps?:\/\/[^/]*/i, '').replace(/^\/+|\/+$/g, '');
  const [root = '', device = '', ...rest] = path.split('/');
  const deviceId = decodeLoosely(device);
  if (root.toLowerCase() !== 'devices' || !deviceId) return undefined;
  const ofModule = rest[0]?.toLowerCase() === 'modules';
  const moduleId = ofModule ? decodeLoosely(rest[1] ?? '') : undefined;
  if (ofModule && !moduleId) return undefined;
  const kind = linkKind((ofModule ? rest.slice(2) : rest).join('/').toLowerCase(), toHub, ofModule);
  return kind === undefined ? undefined : { deviceId, moduleId, kind };
}

function linkKind(tail: string, toHub: boolean, ofModule: boolean): LinkKind | undefined {
  switch (tail) {
    case 'messages/events':
      // The same address in the other direction: a module's inputs.
      return toHub ? 'telemetry' : ofModule ? 'inputs' : undefined;
    case 'messages/devicebound':
      return toHub ? undefined : 'devicebound';
    case 'twin':
      return 'twin';
    case 'methods/devicebound':
      return 'methods';
    default:
      return undefined;
  }
}
