import { EdgeVmError, InvalidInputError, type Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import type { Hub, HubEndpoint } from '../../hub/types.js';
import type { SecretValue } from '../../identity/secret.js';
import type { Session } from '../run/session.js';
import { text, type FlagValues } from '../flags/group.js';
import { within } from '../../support/problems.js';
import { hubHost } from '../flags/hub-name.js';

/** The hub's service API from the person's input; `hub` is absent without a credential. */
export interface HubInput {
  hub: Hub | undefined;
  endpoint: HubEndpoint;
}

const variable = 'EDGE_VM_HUB_CONNECTION_STRING';

/**
 * Reads the hub credential and makes the client. It sends nothing yet. The caller closes it.
 *
 * @param patienceMs how long a call may wait for its turn within the limits of the hub; the client's default when absent.
 */
export async function openHub(session: Session, values: FlagValues, patienceMs?: number): Promise<HubInput> {
  const endpoint = await hubEndpoint(session);
  const credential = await serviceCredential(session, values);
  const name = text(values, 'hub');
  const host = name === undefined ? undefined : hubHost(name);
  if (credential === undefined && host === undefined) return { hub: undefined, endpoint };
  const { connectHub } = await session.deps.hub();
  // Both are given, for the same hub: the connection string needs no sign-in.
  const useCredential = credential !== undefined && (host === undefined || host.toLowerCase() === credential.hubHostname.toLowerCase());
  const hub = await connectHub({ ...(useCredential ? { connectionString: credential.text } : { hostname: host! }), endpoint, ...(patienceMs === undefined ? {} : { patienceMs }) }).catch((error: unknown) => {
    throw credential === undefined || useCredential ? error : withOtherHub(error, credential);
  });
  return { hub, endpoint };
}

/** `--hub` wins over a connection string of another hub. Perhaps the person wants that hub, and did not know this. */
function withOtherHub(error: unknown, { hubHostname: other, origin }: Credential): unknown {
  if (!EdgeVmError.is(error) || error.code !== 'missing-prerequisite') return error;
  return new EdgeVmError(error.code, error.message, { hint: `${origin} is of ${other}: to use that hub, leave --hub out. Otherwise: ${error.hint ?? ''}`, advice: error.advice, details: error.details, cause: error.cause });
}

export interface Credential {
  text: SecretValue;
  hubHostname: string;
  /** The variable or flag that has it. */
  origin: string;
}

async function serviceCredential(session: Session, values: FlagValues): Promise<Credential | undefined> {
  return credentialIn(session, text(values, 'hubConnectionStringFile'));
}

/** The credential of a file, or of the variable; `undefined` if the variable is not set. */
export async function credentialIn(session: Session, file: string | undefined): Promise<Credential | undefined> {
  if (file === undefined && (session.io.env[variable] ?? '') === '') return undefined;
  const { readSecret, parseServiceConnectionString } = await session.deps.identity();
  const source = file === undefined ? { env: variable } : { file };
  const origin = file === undefined ? variable : '--hub-connection-string-file';
  const value = await readSecret(source, session.text, origin);
  session.redactor.hide(value);
  return { text: value, origin, hubHostname: within(origin, () => parseServiceConnectionString(value.reveal())).hubHostname };
}

/** `EDGE_VM_HUB_ENDPOINT` (`https://host:port`) and `EDGE_VM_HUB_CA` (a PEM file). */
export async function hubEndpoint(session: Session): Promise<HubEndpoint> {
  const { EDGE_VM_HUB_ENDPOINT: url = '', EDGE_VM_HUB_CA: caFile = '' } = session.io.env;
  const problems: Problem[] = [];
  const endpoint: HubEndpoint = { env: session.io.env };
  if (url !== '') {
    if (isHttps(url)) endpoint.url = url;
    else problems.push({ kind: 'invalid', field: 'EDGE_VM_HUB_ENDPOINT', message: 'must be https://host:port, without user, password and path', ...gotOf(url) });
  }
  if (caFile !== '') {
    const ca = await session.text.readFile(caFile).catch(() => undefined);
    if (ca === undefined) problems.push({ kind: 'invalid', field: 'EDGE_VM_HUB_CA', message: `must be a PEM file; it cannot be read${ofLab(caFile, session.io.programName)}`, ...gotOf(caFile) });
    else if (!ca.includes('-----BEGIN ')) problems.push({ kind: 'invalid', field: 'EDGE_VM_HUB_CA', message: 'must be a PEM file; nothing in it is PEM', ...gotOf(caFile) });
    else endpoint.ca = ca;
  }
  const units = session.io.env['EDGE_VM_HUB_UNITS'] ?? '';
  if (/^[1-9]\d{0,3}$/.test(units)) endpoint.units = Number(units);
  else if (units !== '') problems.push({ kind: 'invalid', field: 'EDGE_VM_HUB_UNITS', message: 'must be the number of units of the hub, from 1 to 9999', ...gotOf(units) });
  if (problems.length > 0) throw new InvalidInputError(problems);
  return endpoint;
}

function isHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return protocol === 'https:' && username + password + search + hash === '' && pathname === '/';
}

/** A shell keeps the variables of a lab that is down. */
function ofLab(caFile: string, programName: string): string {
  return /\/lab\/[^/]+\/hub-tls\//.test(caFile) ? `. It is of a lab that is down: ${programName} lab up, or eval "$(${programName} lab env --unset)"` : '';
}
