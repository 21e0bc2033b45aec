import type { EdgeDevice } from '../../spec/types.js';
import type { CloudConfig } from './types.js';
import { writeFile } from './write-file.js';

/**
 * Host name and login: one account, by key only. It is under `user`, and so it replaces the image's default user: it gets
 * the keys and passwords that cloud-init gives to the default user (`ssh_authorized_keys`, `password`, KubeVirt's accessCredentials).
 *
 * @param own the settings of the person's cloud-config for the same account.
 */
export function systemConfig(device: EdgeDevice, own: CloudConfig): CloudConfig {
  const { guest } = device.spec;
  const keys = [...(guest.sshKeys ?? []), ...listOf(own['ssh_authorized_keys'])];
  return {
    hostname: device.metadata.name,
    user: {
      name: guest.user,
      gecos: 'edge-vm',
      shell: '/bin/bash',
      sudo: 'ALL=(ALL) NOPASSWD:ALL',
      lock_passwd: true,
      ...own,
      groups: [...new Set(['adm', 'sudo', ...listOf(own['groups'])])],
      ...(keys.length === 0 ? {} : { ssh_authorized_keys: keys }),
    },
  };
}

/** cloud-init accepts a list, or one text with commas. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return typeof value === 'string' ? value.split(',').map((one) => one.trim()).filter((one) => one !== '') : [];
}

/**
 * CA certificates for the system's trust store. The first is in `ca_certs`, so that cloud-init rebuilds the
 * store early, before any download. The others are files, and the same rebuild adds them. They cannot all be in
 * `ca_certs`: cloud-init 22.4 (Debian 12) puts them into one file, and the hashed folder then has none of them.
 */
export function caConfig(certificates: readonly string[] | undefined): CloudConfig {
  const each = (certificates ?? []).flatMap((text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []);
  const [first, ...others] = each;
  if (first === undefined) return {};
  return {
    ca_certs: { trusted: [`${first}\n`] },
    ...(others.length === 0 ? {} : { write_files: others.map((text, index) => writeFile(`/usr/local/share/ca-certificates/edge-vm-${index + 1}.crt`, `${text}\n`)) }),
  };
}
