import { posix } from 'node:path';
import type { Problem } from '../../support/errors.js';
import { isMapping, listAt } from '../../support/plain.js';
import type { CloudConfig } from './types.js';

/** Keys whose change would break the device, and what to do instead. */
const reservedKeys: Record<string, string> = {
  hostname: 'is reserved: the guest has the name of the object; set metadata.name',
  fqdn: 'is reserved: the guest has the name of the object; set metadata.name',
  preserve_hostname: 'is reserved: the host name must differ for each device',
  merge_how: 'is reserved: edge-vm itself merges (it merges maps and appends lists)',
  merge_type: 'is reserved: edge-vm itself merges (it merges maps and appends lists)',
  cloud_init_modules: 'is reserved: edge-vm relies on the modules of the image',
  cloud_config_modules: 'is reserved: edge-vm relies on the modules of the image',
  cloud_final_modules: 'is reserved: edge-vm relies on the modules of the image',
  datasource: 'is reserved: KubeVirt provides the data source',
  datasource_list: 'is reserved: KubeVirt provides the data source',
  system_info: 'is reserved: it belongs to the image',
  network: 'has no effect in cloud-config; use spec.guest.networkData',
};

/** Files that edge-vm writes; an entry that ends with `/` or `-` means all paths with that begin. */
const reservedPaths: [prefix: string, instead: string][] = [
  ['/etc/edge-vm/', ''],
  ['/usr/local/lib/edge-vm/', ''],
  ['/usr/local/sbin/edge-vm-', ''],
  ['/var/lib/edge-vm/', ''],
  ['/etc/systemd/system/edge-vm-', ''],
  ['/etc/aziot/config.toml', '; use the fields of spec.edge'],
  ['/etc/docker/daemon.json', '; use spec.guest.docker'],
  ['/etc/apt/sources.list.d/edge-vm.sources', '; use spec.guest.apt.edgeSource'],
  ['/etc/apt/keyrings/edge-vm.asc', '; use spec.guest.apt.edgeSource'],
];

/** edge-vm's drop-ins for other units, for apt and journald, and its CA certificates. */
const dropIn = /^\/(?:etc|usr\/local\/share)\/.*\/(?:\d\d)?edge-vm[^/]*$/;

const ownedPackage = /^(aziot-|moby-|docker|containerd|packages-microsoft-prod)/;

/** Conflicts between the person's cloud-config and edge-vm's own. */
export function reservedProblems(config: CloudConfig, field: string): Problem[] {
  return [...keyProblems(config, field), ...loginKeyProblems(config, field), ...fileProblems(config['write_files'], `${field}.write_files`), ...packageProblems(config['packages'], `${field}.packages`), ...sourceProblems(config['apt'], `${field}.apt`)];
}

function keyProblems(config: CloudConfig, field: string): Problem[] {
  return Object.keys(config)
    .filter((key) => Object.hasOwn(reservedKeys, key))
    .map((key) => ({ field: `${field}.${key}`, message: reservedKeys[key]! }));
}

/** sshd and `get` would read a private key as it is; only the public one belongs there. */
function loginKeyProblems(config: CloudConfig, field: string): Problem[] {
  const places: [place: unknown, field: string][] = [[config, field], [config['user'], `${field}.user`], ...listAt(config, 'users').map((user, index): [unknown, string] => [user, `${field}.users[${index}]`])];
  return places.flatMap(([place, at]) => {
    const keys = isMapping(place) ? place['ssh_authorized_keys'] : undefined;
    const isPrivate = JSON.stringify(keys ?? '').includes('PRIVATE KEY-----');
    return isPrivate ? [{ kind: 'invalid' as const, field: `${at}.ssh_authorized_keys`, message: 'holds a private key; give the public one (.pub)' }] : [];
  });
}

function fileProblems(files: unknown, field: string): Problem[] {
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown, index): Problem[] => {
    if (!isMapping(file) || typeof file['path'] !== 'string') return [];
    // For cloud-init, a relative path starts at the root folder.
    const path = posix.resolve('/', file['path']);
    const hit = reservedPaths.find(([prefix]) => (/[/-]$/.test(prefix) ? path.startsWith(prefix) : path === prefix)) ?? (dropIn.test(path) ? [path, ''] : undefined);
    return hit === undefined ? [] : [{ field: `${field}[${index}].path`, message: `is a file that edge-vm writes${hit[1]}`, got: JSON.stringify(path) }];
  });
}

/**
 * cloud-init installs `packages` in one transaction. The preinst of aziot-edge makes it fail if there is no engine yet;
 * and the provisioning service must install and hold the engine.
 */
function packageProblems(packages: unknown, field: string): Problem[] {
  return packageNames(packages)
    .filter((name) => ownedPackage.test(name))
    .map((name) => ({ field, message: 'must not install engine or runtime: the provisioning service installs them, pinned and in order; use spec.guest.engine and spec.edge', got: JSON.stringify(name) }));
}

/** `name`, `[name, version]` or `{ apt: [...] }`, each in a list. */
function packageNames(packages: unknown): string[] {
  if (!Array.isArray(packages)) return [];
  return packages.flatMap((entry: unknown): string[] => {
    if (typeof entry === 'string') return [entry];
    if (Array.isArray(entry)) return typeof entry[0] === 'string' ? [entry[0]] : [];
    return isMapping(entry) ? Object.values(entry).flatMap(packageNames) : [];
  });
}

/** With a second entry for the same repository and another key file, apt does not work at all ("Conflicting values set"). */
function sourceProblems(apt: unknown, field: string): Problem[] {
  const sources = isMapping(apt) ? apt['sources'] : undefined;
  if (!isMapping(sources)) return [];
  return Object.entries(sources)
    .filter(([, source]) => JSON.stringify(source)?.includes('packages.microsoft.com'))
    .map(([name]) => ({ field: `${field}.sources.${name}`, message: 'names a repository that edge-vm sets up with its own key file; use spec.guest.apt.edgeSource' }));
}
