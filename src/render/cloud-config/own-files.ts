import { SYSTEM_USERS } from '../../spec/formats/names.js';
import type { Problem } from '../../support/errors.js';
import { isMapping } from '../../support/plain.js';
import { shown } from '../../support/shown.js';
import type { CloudConfig, GuestFile } from './types.js';

/** Users and groups that come with engine or runtime. These are installed after cloud-init. */
const ofPackages: ReadonlySet<string> = new Set(['docker', 'iotedge', 'edgeagentuser', 'edgehubuser', 'aziotid', 'aziotks', 'aziotcs', 'aziottpm']);
const ofImage: ReadonlySet<string> = new Set(SYSTEM_USERS.filter((name) => !ofPackages.has(name)));

/**
 * cloud-init writes files before it makes users and installs packages, and stops at the first owner that it cannot find, so that
 * all later files are missing. So this defers files of users that the image does not have, and takes out those of engine and
 * runtime: edge-vm installs them.
 */
export function readOwners(config: CloudConfig, field: string, problems: Problem[]): GuestFile[] {
  const entries = config['write_files'];
  if (!Array.isArray(entries)) return [];
  const files: GuestFile[] = [];
  const left: unknown[] = [];
  for (const [index, entry] of (entries as unknown[]).entries()) {
    const owner = isMapping(entry) && typeof entry['owner'] === 'string' ? entry['owner'] : 'root';
    const names = owner.split(':').filter((name) => name !== '');
    if (!isMapping(entry) || names.every((name) => ofImage.has(name) || /^\d+$/.test(name))) left.push(entry);
    else if (names.some((name) => ofPackages.has(name))) files.push(...installed(entry, owner, `${field}[${index}]`, problems));
    else left.push({ defer: true, ...entry });
  }
  if (left.length > 0) config['write_files'] = left;
  else delete config['write_files'];
  return files;
}

/** The entry as a file that step `files` of the guest installs; nothing, and a problem, if that is not possible. */
function installed(entry: CloudConfig, owner: string, field: string, problems: Problem[]): GuestFile[] {
  const { path, permissions = '0644', content = '', encoding = 'text/plain', append, source } = entry;
  const [user = '', group = user] = owner.split(':');
  const refuse = (key: string, message: string, value: unknown): GuestFile[] => {
    const got = shown(value);
    problems.push({ kind: 'invalid', field: `${field}.${key}`, message: `${message}: ${owner} comes with a package that is installed after cloud-init, and edge-vm installs the file then`, ...(got === undefined ? {} : { got }) });
    return [];
  };
  if (typeof path !== 'string' || !/^\/[A-Za-z0-9._@+/-]+$/.test(path) || path.includes('/../')) return refuse('path', 'must be an absolute path of letters, digits and . _ @ + -', path);
  if (typeof permissions !== 'string' || !/^0[0-7]{3}$/.test(permissions)) return refuse('permissions', "must be octal in quotes such as '0600'", permissions);
  if (!/^[a-z]+$/.test(user) || !/^[a-z]+$/.test(group)) return refuse('owner', 'must be USER:GROUP', owner);
  if (append === true || source !== undefined) return refuse(append === true ? 'append' : 'source', 'must be absent', undefined);
  const text = decoded(content, encoding);
  return text === undefined ? refuse('encoding', 'must be plain text, or base64 of text', encoding) : [{ path, owner: `${user}:${group}`, mode: permissions, content: text }];
}

function decoded(content: unknown, encoding: unknown): string | undefined {
  if (typeof content !== 'string') return undefined;
  if (encoding === 'text/plain' || encoding === '') return content;
  if (encoding !== 'b64' && encoding !== 'base64') return undefined;
  const bytes = Buffer.from(content, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}
