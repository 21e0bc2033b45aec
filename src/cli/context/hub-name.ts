import { text, type FlagValues } from '../flags/group.js';
import { hubHost } from '../flags/hub-name.js';
import { within } from '../../support/problems.js';
import type { Session } from '../run/session.js';

/** Host name of the hub that the flags or the hub credential name; `undefined` when they name none. */
export async function hubOfFlags(session: Session, values: FlagValues): Promise<string | undefined> {
  const name = text(values, 'hub');
  if (name !== undefined) return hubHost(name);
  const credential = session.io.env['EDGE_VM_HUB_CONNECTION_STRING'] ?? '';
  if (credential === '') return undefined;
  const { parseServiceConnectionString } = await session.deps.identity();
  return within('EDGE_VM_HUB_CONNECTION_STRING', () => parseServiceConnectionString(credential)).hubHostname;
}
