import type { EdgeDevice } from '../../spec/types.js';
import type { CloudConfig } from './types.js';
import { writeFile } from './write-file.js';

/** Host name and login. No default user of the image: one account, by key only. */
export function systemConfig(device: EdgeDevice): CloudConfig {
  const { guest } = device.spec;
  const keys = guest.sshKeys ?? [];
  return {
    hostname: device.metadata.name,
    users: [
      {
        name: guest.user,
        gecos: 'edge-vm',
        groups: ['adm', 'sudo'],
        shell: '/bin/bash',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        lock_passwd: true,
        ...(keys.length === 0 ? {} : { ssh_authorized_keys: keys }),
      },
    ],
  };
}

/**
 * CA certificates for the system's trust store. The first goes by `ca_certs`, which makes cloud-init rebuild the
 * store early, before any download; the others are files that this same run picks up. All in `ca_certs` would not
 * do: cloud-init 22.4 (Debian 12) puts them into one file, of which the hashed folder then takes none.
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
