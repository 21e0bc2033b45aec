import { text, type FlagValues } from '../flags/group.js';
import { withinString } from '../input/origin.js';
import type { Session } from '../run/session.js';

/** Host name of the hub that the flags or the hub credential name; `undefined` when they name none. */
export async function hubOfFlags(session: Session, values: FlagValues): Promise<string | undefined> {
  const name = text(values, 'hub');
  if (name !== undefined) return hubHostname(name);
  const credential = session.io.env['EDGE_VM_HUB_CONNECTION_STRING'] ?? '';
  if (credential === '') return undefined;
  const { parseServiceConnectionString } = await session.deps.identity();
  return withinString('EDGE_VM_HUB_CONNECTION_STRING', () => parseServiceConnectionString(credential)).hubHostname;
}

/** A bare name is a hub of the public cloud; any other cloud's is given with its domain. */
export function hubHostname(name: string): string {
  return name.includes('.') ? name : `${name}.azure-devices.net`;
}
