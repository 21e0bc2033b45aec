import type { EdgeDevice } from '../spec/types.js';
import { InvalidInputError } from '../support/errors.js';
import { isMapping, listAt } from '../support/plain.js';
import { namesOf } from './cloud-config/own.js';
import type { Manifest } from './objects/editing.js';

/** The warning when edge-vm makes a device into which nobody can log in. */
export const NO_LOGIN = 'spec.guest.sshKeys: nobody can log in to the guest, because it gets no SSH key and no password';

const accountKeys = ['ssh_authorized_keys', 'ssh_import_id', 'passwd', 'hashed_passwd', 'plain_text_passwd'];
const globalKeys = ['ssh_authorized_keys', 'ssh_import_id', 'password', 'chpasswd'];

/** Warnings about logins. Throws InvalidInputError if KubeVirt's credentials of the template are for a user that the guest lacks. */
export function loginWarnings({ spec: { guest } }: EdgeDevice, manifest: Manifest): string[] {
  const config = guest.cloudConfig ?? {};
  const credentials = listAt(manifest.root, 'spec', 'template', 'spec', 'accessCredentials');
  checkUsers(credentials, new Set(['root', guest.user, ...namesOf(config['users'])]), manifest, guest.user);
  const accounts = [config['user'], ...listAt(config, 'users')];
  const ways = (guest.sshKeys ?? []).length > 0 || credentials.length > 0 || globalKeys.some((key) => config[key] !== undefined)
    || accounts.some((account) => isMapping(account) && accountKeys.some((key) => account[key] !== undefined));
  return ways ? [] : [NO_LOGIN];
}

/** The guest agent can write keys only for users that exist; KubeVirt would try again without end. */
function checkUsers(credentials: readonly unknown[], known: ReadonlySet<string>, manifest: Manifest, user: string): void {
  const named = credentials.flatMap((one) => listAt(one, 'sshPublicKey', 'propagationMethod', 'qemuGuestAgent', 'users'));
  const lost = named.filter((name): name is string => typeof name === 'string' && !known.has(name));
  if (lost.length === 0) return;
  throw new InvalidInputError([{
    kind: 'conflict', field: manifest.field,
    message: `accessCredentials are for ${[...new Set(lost)].join(', ')}, which the guest does not have: its login user is ${user} (spec.guest.user)`,
  }]);
}
