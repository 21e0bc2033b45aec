import type { GuestFile, UserDataParts, WriteFile } from './types.js';
import { writeFile } from './write-file.js';

export const CONFIG = { staged: '/etc/edge-vm/config.toml', target: '/etc/aziot/config.toml' };
const safePath = /^\/[A-Za-z0-9._@+/-]+$/;

/**
 * config.toml and the files of the package's users. They are staged, and only root can read them. Step `files` installs
 * them from a manifest: mode, owner, group, staged file and target, tab-separated.
 */
export function stagedFiles(parts: UserDataParts): WriteFile[] {
  const staged = (parts.files ?? []).map((file, index) => ({ file, at: `/etc/edge-vm/files/${String(index).padStart(2, '0')}` }));
  const lines = [`0600\troot\troot\t${CONFIG.staged}\t${CONFIG.target}`, ...staged.map(({ file, at }) => manifestLine(file, at))];
  return [
    writeFile(CONFIG.staged, parts.configToml.reveal(), '0600'),
    ...staged.map(({ file, at }) => writeFile(at, typeof file.content === 'string' ? file.content : file.content.reveal(), '0600')),
    writeFile('/etc/edge-vm/files.manifest', `${lines.join('\n')}\n`, '0600'),
  ];
}

function manifestLine(file: GuestFile, at: string): string {
  if (!safePath.test(file.path) || file.path.includes('/../') || !/^0[0-7]{3} [a-z]+:[a-z]+$/.test(`${file.mode} ${file.owner}`)) {
    throw new RangeError(`not a valid path, mode and owner of a guest file: ${file.path} ${file.mode} ${file.owner}`);
  }
  const [user, group] = file.owner.split(':');
  return [file.mode, user, group, at, file.path].join('\t');
}
