import rhea, { type Container } from 'rhea';
import { HubError } from '../errors.js';
import type { Claims } from './claims.js';
import { hubName } from './errors.js';

/** A mechanism on rhea's server side. */
interface Mechanism {
  outcome: boolean | undefined;
  username: string | undefined;
  start(): void;
}

/**
 * ANONYMOUS and MSSBCBS carry no credential: a token follows on `$cbs`. EXTERNAL is the client certificate; the hub checks
 * it when a link names an identity. PLAIN carries a token. A client may also leave SASL out, as the .NET SDK does.
 */
export function addMechanisms(container: Container, hostname: string, claims: Claims): void {
  const mechanisms = rhea.sasl.server_mechanisms() as Record<string, unknown> & { enable_plain(check: (user: string, password: string) => boolean): void };
  for (const name of ['ANONYMOUS', 'MSSBCBS', 'EXTERNAL']) mechanisms[name] = agree;
  mechanisms.enable_plain((user, password) => checkPlain(hostname, claims, user, password));
  container.sasl_server_mechanisms = mechanisms;
}

function agree(): Mechanism {
  return {
    outcome: undefined,
    username: undefined,
    start() {
      this.outcome = true;
    },
  };
}

/** User `{device}[/{module}]@sas.{hub}`, or `{policy}@sas.root.{hub}`; the password is a token. */
function checkPlain(hostname: string, claims: Claims, user: string, password: string): boolean {
  const found = /^(.+)@sas\.(?:root\.)?(.+)$/i.exec(user ?? '');
  const hub = found?.[2]?.toLowerCase();
  if (hub !== hostname.toLowerCase() && hub !== hubName(hostname).toLowerCase()) return false;
  try {
    const owner = claims.put(password ?? '');
    const name = owner?.moduleId === undefined ? owner?.deviceId : `${owner.deviceId}/${owner.moduleId}`;
    return name === undefined || name === found?.[1];
  } catch (error) {
    if (error instanceof HubError) return false;
    throw error;
  }
}
