import { EdgeVmError } from '../support/errors.js';
import type { Fields } from './kubeconfig-fields.js';

/** Act as somebody else (`--as`, `--as-group`, `--as-uid`), if RBAC allows it. */
export interface Impersonation {
  user: string;
  groups?: readonly string[];
  uid?: string;
  /** Further attributes of the user, such as `acme.com/project`. */
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** The user to act as: the given values, and the kubeconfig's for all others, as kubectl merges flags and file. Throws `usage` for groups or a uid without a user. */
export function impersonationOf(user: Fields | undefined, given: Partial<Impersonation> = {}): Impersonation | undefined {
  const name = given.user ?? user?.text('as');
  const uid = given.uid ?? user?.text('as-uid');
  const groups = given.groups?.length ? given.groups : user?.texts('as-groups') ?? [];
  const extra = given.extra ?? user?.textLists('as-user-extra') ?? {};
  if (name === undefined || name === '') {
    if (uid === undefined && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
    throw new EdgeVmError('usage', 'groups, a uid or further attributes to act with need a user to act as', { hint: 'Name the user to act as too' });
  }
  return { user: name, groups, extra, ...(uid === undefined ? {} : { uid }) };
}

/** The headers that ask for it. https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/ */
export function impersonationHeaders(who: Impersonation | undefined): Record<string, string | string[]> {
  if (who === undefined) return {};
  const { user, groups = [], uid, extra = {} } = who;
  return {
    'Impersonate-User': utf8(user),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': utf8(uid) }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups.map(utf8) }),
    ...Object.fromEntries(Object.entries(extra).filter(([, values]) => values.length > 0).map(([key, values]) => [`Impersonate-Extra-${escaped(key)}`, values.map(utf8)])),
  };
}

/** Node.js writes each character of a header as one byte. */
function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Percent-encodes every character that a header's name must not have, and the `%` itself. */
function escaped(key: string): string {
  return Array.from(Buffer.from(key), (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
