import type { GuestSpec } from '../../spec/types.js';
import type { WriteFile } from './types.js';
import { writeFile } from './write-file.js';

type Proxy = NonNullable<GuestSpec['proxy']>;

/** Hosts without a proxy, unless the person says otherwise. */
const LOCAL = 'localhost,127.0.0.1';

/**
 * Units with their own connections, and whether they get the names in capitals too. All get names in small letters: `iotedge check`
 * compares the `https_proxy` of the engine's and the daemons' units. The engine also uses capitals.
 */
const units = { 'edge-vm-provision': false, 'aziot-edged': false, 'aziot-identityd': false, docker: true };

/** A proxy, with defaults filled in. */
export interface ProxyAddresses {
  http: string;
  https: string;
  /** Hosts and domains, with commas between them. */
  noProxy: string;
  /** The mode of files that have it: its URL may hold a password. */
  permissions: string;
}

/** `undefined` if the guest has no proxy. */
export function proxyAddresses(proxy: Proxy | undefined): ProxyAddresses | undefined {
  const http = proxy?.http ?? proxy?.https;
  const https = proxy?.https ?? proxy?.http;
  if (http === undefined || https === undefined) return undefined;
  return { http, https, noProxy: proxy?.noProxy ?? LOCAL, permissions: `${http}${https}`.includes('@') ? '0600' : '0644' };
}

/**
 * The proxy for the daemons, by systemd drop-ins: the engine pulls images, identityd and edged call the hub, the
 * provisioning fetches the signing key. The agent's own environment is in config.toml, and the packages have theirs
 * (`packages/`). https://learn.microsoft.com/azure/iot-edge/how-to-configure-proxy-support
 */
export function proxyFiles(proxy: Proxy | undefined): WriteFile[] {
  const addresses = proxyAddresses(proxy);
  if (addresses === undefined) return [];
  const variables = Object.entries({ http_proxy: addresses.http, https_proxy: addresses.https, no_proxy: addresses.noProxy });
  return Object.entries(units).map(([unit, capitals]) => {
    const lines = variables.flatMap(([name, value]) => (capitals ? [name.toUpperCase(), name] : [name]).map((each) => environment(each, value)));
    return writeFile(`/etc/systemd/system/${unit}.service.d/edge-vm-proxy.conf`, `[Service]\n${lines.join('')}`, addresses.permissions);
  });
}

/** `Environment=` of systemd.exec(5): `%` starts a specifier, quotes and backslashes are escaped. */
function environment(name: string, value: string): string {
  return `Environment="${name}=${value.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('%', '%%')}"\n`;
}
