import type { GuestSpec } from '../../spec/types.js';
import type { WriteFile } from './types.js';
import { writeFile } from './write-file.js';

type Proxy = NonNullable<GuestSpec['proxy']>;

/** Never by way of a proxy, unless the person says otherwise. */
const LOCAL = 'localhost,127.0.0.1';

/** Units that go out by themselves. The engine's is Go and is told in capitals by custom, the others read small letters. */
const units = { 'edge-vm-provision': false, 'aziot-edged': false, 'aziot-identityd': false, docker: true };

/**
 * The proxy for apt and, by systemd drop-ins, for the daemons: the engine pulls images, identityd and edged call the
 * hub, the provisioning fetches the signing key. The fourth place, the agent's own environment, is in config.toml.
 * https://learn.microsoft.com/azure/iot-edge/how-to-configure-proxy-support
 */
export function proxyFiles(proxy: Proxy | undefined): WriteFile[] {
  const http = proxy?.http ?? proxy?.https;
  const https = proxy?.https ?? proxy?.http;
  if (http === undefined || https === undefined) return [];
  const noProxy = proxy?.noProxy ?? LOCAL;
  // A proxy's URL may hold a password.
  const permissions = `${http}${https}`.includes('@') ? '0600' : '0644';
  const variables = Object.entries({ http_proxy: http, https_proxy: https, no_proxy: noProxy });
  return [
    writeFile('/etc/apt/apt.conf.d/95edge-vm-proxy', aptText(http, https, noProxy), permissions),
    ...Object.entries(units).map(([unit, capitals]) => {
      const lines = variables.map(([name, value]) => environment(capitals ? name.toUpperCase() : name, value));
      return writeFile(`/etc/systemd/system/${unit}.service.d/edge-vm-proxy.conf`, `[Service]\n${lines.join('')}`, permissions);
    }),
  ];
}

/** `Environment=` of systemd.exec(5): `%` starts a specifier, quotes and backslashes are escaped. */
function environment(name: string, value: string): string {
  return `Environment="${name}=${value.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('%', '%%')}"\n`;
}

/** apt knows no list of exceptions, only single hosts. */
function aptText(http: string, https: string, noProxy: string): string {
  const hosts = noProxy.split(',').map((host) => host.trim()).filter((host) => /^[a-z0-9][a-z0-9.-]*$/i.test(host));
  const direct = hosts.flatMap((host) => ['http', 'https'].map((scheme) => `Acquire::${scheme}::Proxy::${host} "DIRECT";\n`));
  return [`Acquire::http::Proxy "${http}";\n`, `Acquire::https::Proxy "${https}";\n`, ...direct].join('');
}
