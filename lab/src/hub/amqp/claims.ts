import type { X509Certificate } from 'node:crypto';
import { audienceSegments } from '../auth/audience.js';
import { checkPolicyToken } from '../auth/credentials.js';
import { authenticateIdentity, type IdentityResult } from '../auth/identity.js';
import { parseSas, type SasToken } from '../auth/sas.js';
import type { HubContext } from '../context.js';
import { HubError } from '../errors.js';
import { identityKey } from '../store/model.js';
import { refusal } from './errors.js';

export interface Owner {
  deviceId: string;
  moduleId: string | undefined;
}

/**
 * The credentials that one connection has shown so far: tokens of any number of identities (a gateway carries its
 * clients over one connection), and the client certificate.
 */
export class Claims {
  readonly #hub: HubContext;
  readonly #certificate: X509Certificate | undefined;
  /** The newest token of each audience. */
  readonly #tokens = new Map<string, string>();

  constructor(hub: HubContext, certificate: X509Certificate | undefined) {
    this.#hub = hub;
    this.#certificate = certificate;
  }

  /**
   * Takes a token. Returns its identity, or no identity if it is a policy's token for the whole hub. Throws HubError.
   */
  put(text: string): Owner | undefined {
    const token = parseSas(text);
    if (token === undefined) throw new HubError(401, 'IotHubUnauthorizedAccess', 'Unauthorized: not a SharedAccessSignature');
    const owners = ownersOf(this.#hub, token);
    if (owners.length === 0) this.#checkPolicy(token);
    const results = owners.map((owner) => ({ owner, result: authenticateIdentity(this.#hub, owner.deviceId, owner.moduleId, text, undefined) }));
    const accepted = results.find(({ result }) => result.ok);
    // If there are several readings, the one whose identity exists gives the better reason.
    const first = results.find(({ result }) => !result.ok && !result.absent) ?? results[0];
    if (accepted === undefined && first !== undefined && !first.result.ok) {
      throw refusal(this.#hub.hostname, first.owner.deviceId, first.owner.moduleId, first.result);
    }
    this.#tokens.set(accepted === undefined ? '' : identityKey(accepted.owner.deviceId, accepted.owner.moduleId), text);
    return accepted?.owner;
  }

  /** Whether the connection may act for an identity now. Keys, status and time may have changed since `put`. */
  check(deviceId: string, moduleId: string | undefined): IdentityResult {
    const candidates = [identityKey(deviceId, moduleId), deviceId, ''].flatMap((key) => this.#tokens.get(key) ?? []);
    const results = (candidates.length === 0 ? [undefined] : candidates).map((token) => authenticateIdentity(this.#hub, deviceId, moduleId, token, this.#certificate));
    return results.find((result) => result.ok) ?? results[0]!;
  }

  #checkPolicy(token: SasToken): void {
    const result = token.policy === undefined ? { ok: false as const, reason: 'the audience is no device or module' } : checkPolicyToken(this.#hub, token, [], 'DeviceConnect');
    if (!result.ok) throw new HubError(401, 'IotHubUnauthorizedAccess', `Unauthorized: ${result.reason}`, { number: 401002 });
  }
}

/** `{host}/devices/{id}[/modules/{module}]`, in each possible reading of the audience. The exact name comes first. */
function ownersOf(hub: HubContext, token: SasToken): Owner[] {
  return audienceSegments(token).flatMap(([, root, deviceId, modules, moduleId]) => {
    if (root?.toLowerCase() !== 'devices' || !deviceId) return [];
    const named: Owner = { deviceId, moduleId: modules?.toLowerCase() === 'modules' ? moduleId : undefined };
    return [named, ...othersByCase(hub, named)];
  });
}

/** An audience says nothing about case. It may be for any identity that differs only by case; the key decides. */
function othersByCase(hub: HubContext, named: Owner): Owner[] {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const devices = [...hub.store.devices()].filter(({ deviceId }) => same(deviceId, named.deviceId));
  const owners: Owner[] = devices.flatMap(({ deviceId }) => {
    const { moduleId } = named;
    if (moduleId === undefined) return [{ deviceId, moduleId }];
    return hub.store.modules(deviceId).filter((module) => same(module.moduleId ?? '', moduleId)).map((module) => ({ deviceId, moduleId: module.moduleId }));
  });
  return owners.filter((owner) => owner.deviceId !== named.deviceId || owner.moduleId !== named.moduleId);
}
