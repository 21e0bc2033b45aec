import { isHostname } from '../../spec/formats/names.js';

/** A bare name is a hub of the public cloud; a hub of another cloud needs its domain. */
export const hubHost = (name: string): string => (name.includes('.') ? name : `${name}.azure-devices.net`);

/** What is wrong with the name of a hub; `undefined` if it is good. A URL and a connection string are no names. */
export function hubNameProblem(name: string): string | undefined {
  if (isHostname(hubHost(name))) return undefined;
  const meant = URL.canParse(name) ? new URL(name).hostname : '';
  const better = isHostname(meant) && /^https?:/i.test(name) ? `; did you mean ${meant}?` : ', such as contoso or contoso.azure-devices.net';
  return `must be the name of a hub, without scheme, port and path${better}`;
}
