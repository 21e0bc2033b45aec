import type { Problem } from '../../support/errors.js';
import { isMapping, textAt } from '../../support/plain.js';
import { shown } from '../../support/shown.js';
import { readOwners } from './own-files.js';
import type { CloudConfig, GuestFile } from './types.js';

/** A person's cloud-config, sorted so that each setting takes effect. */
export interface OwnConfig {
  /** To be merged over edge-vm's own. */
  config: CloudConfig;
  /** Its settings for the login user. */
  login: CloudConfig;
  /** Files of users that come with engine or runtime: edge-vm installs them after these packages. */
  files: GuestFile[];
}

/**
 * cloud-init ignores some keys beside others that edge-vm sets, and reports nothing. This moves each of them to a place
 * where it takes effect, or refuses it. It reports problems under `field`.
 */
export function ownConfig(given: CloudConfig, user: string, field: string, problems: Problem[]): OwnConfig {
  const config = { ...given };
  renameCaCerts(config, field, problems);
  const login = takeLogin(config, user, field, problems);
  passwordProblems(config, user, field, problems);
  const files = readOwners(config, `${field}.write_files`, problems);
  return { config, login, files };
}

/** cloud-init ignores the older `ca-certs` beside `ca_certs`, which edge-vm may set. */
function renameCaCerts(config: CloudConfig, field: string, problems: Problem[]): void {
  const old = config['ca-certs'];
  if (old === undefined) return;
  delete config['ca-certs'];
  if (config['ca_certs'] !== undefined) problems.push({ kind: 'conflict', field: `${field}.ca-certs`, message: 'must be absent beside ca_certs: it is the older name of that key' });
  else config['ca_certs'] = isMapping(old) ? Object.fromEntries(Object.entries(old).map(([key, value]) => [key === 'remove-defaults' ? 'remove_defaults' : key, value])) : old;
}

/** The entries that are about the login user itself; cloud-init would drop their lists beside edge-vm's. */
function takeLogin(config: CloudConfig, user: string, field: string, problems: Problem[]): CloudConfig {
  const { user: own, users } = config;
  delete config['user'];
  const entries: CloudConfig[] = [];
  if (isMapping(own)) entries.push(own);
  else if (own !== undefined && own !== null && own !== user) problems.push({ kind: 'conflict', field: `${field}.user`, message: 'names the login user: set spec.guest.user' });
  if (isMapping(own) && own['name'] !== undefined && own['name'] !== user) problems.push({ kind: 'conflict', field: `${field}.user.name`, message: 'names the login user: set spec.guest.user' });
  if (users !== undefined && users !== null && !Array.isArray(users)) problems.push({ kind: 'wrong-type', field: `${field}.users`, message: 'must be a list' });
  if (Array.isArray(users)) {
    const isLogin = (entry: unknown): boolean => entry === user || (isMapping(entry) && (entry['name'] === user || entry['name'] === 'default'));
    entries.push(...users.filter(isLogin).filter(isMapping));
    const others = users.filter((entry) => !isLogin(entry) && entry !== 'default') as unknown[];
    if (others.length > 0) config['users'] = others;
    else delete config['users'];
  }
  const { name: _name, ...login } = Object.assign({}, ...entries) as CloudConfig;
  const keys = entries.flatMap((entry) => (Array.isArray(entry['ssh_authorized_keys']) ? entry['ssh_authorized_keys'] as unknown[] : []));
  return { ...login, ...(keys.length === 0 ? {} : { ssh_authorized_keys: keys }) };
}

/** chpasswd stops at the first user that does not exist, and the image's default user does not exist. */
function passwordProblems(config: CloudConfig, user: string, field: string, problems: Problem[]): void {
  const { chpasswd } = config;
  if (!isMapping(chpasswd)) return;
  const { users, list } = chpasswd;
  if (config['password'] !== undefined && (users !== undefined || list !== undefined)) problems.push({ kind: 'conflict', field: `${field}.password`, message: `has no effect: cloud-init ignores it beside chpasswd.${users === undefined ? 'list' : 'users'}. Set it there, for user ${user}` });
  const lines = typeof list === 'string' ? list.split('\n') : Array.isArray(list) ? list.filter((line) => typeof line === 'string') : [];
  const named = [
    ...(Array.isArray(users) ? users.map((entry) => textAt(entry, 'name')) : []),
    ...lines.map((line) => line.split(':')[0]!.trim()),
  ].filter((name) => name !== undefined && name !== '');
  const known = new Set(['root', user, ...namesOf(config['users'])]);
  for (const name of named) {
    if (known.has(name!)) continue;
    const got = shown(name);
    problems.push({ kind: 'invalid', field: `${field}.chpasswd`, message: `names a user that the guest does not have; its users are ${[...known].join(', ')} (spec.guest.user is the login user)`, ...(got === undefined ? {} : { got }) });
  }
}

/** Names of the users that a cloud-config makes. */
export function namesOf(users: unknown): string[] {
  if (!Array.isArray(users)) return [];
  return users.flatMap((entry: unknown) => (typeof entry === 'string' ? [entry] : [textAt(entry, 'name') ?? []].flat()));
}
