import { isHostname } from '../../spec/formats/names.js';
import { InvalidInputError } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import { text, type FlagValues } from '../flags/group.js';
import { within } from '../../support/problems.js';
import type { Session } from '../run/session.js';

/** Host name of the hub that the flags or the hub credential name; `undefined` when they name none. */
export async function hubOfFlags(session: Session, values: FlagValues): Promise<string | undefined> {
  const name = text(values, 'hub');
  if (name !== undefined) return hubHostname(name);
  const credential = session.io.env['EDGE_VM_HUB_CONNECTION_STRING'] ?? '';
  if (credential === '') return undefined;
  const { parseServiceConnectionString } = await session.deps.identity();
  return within('EDGE_VM_HUB_CONNECTION_STRING', () => parseServiceConnectionString(credential)).hubHostname;
}

/** A bare name is a hub of the public cloud; a hub of another cloud needs its domain. Throws `invalid-input` for other texts: a URL, a connection string. */
export function hubHostname(name: string): string {
  const host = name.includes('.') ? name : `${name}.azure-devices.net`;
  if (isHostname(host)) return host;
  const meant = URL.canParse(name) ? new URL(name).hostname : '';
  const better = isHostname(meant) && /^https?:/i.test(name) ? `; did you mean ${meant}?` : ', such as contoso or contoso.azure-devices.net';
  throw new InvalidInputError([{ kind: 'invalid', field: '--hub', message: `must be the name of a hub, without scheme, port and path${better}`, ...gotOf(name) }]);
}
