import type { GuestSystem } from '../../../spec/guest-systems.js';
import type { GuestSpec } from '../../../spec/types.js';
import { proxyAddresses, type ProxyAddresses } from '../proxy.js';
import type { CloudConfig } from '../types.js';
import { writeFile } from '../write-file.js';
import { edgeSource } from './edge-source.js';
import type { PackageSetup } from './index.js';

/** Debian and its kin: the source of `aziot-edge` in deb822, the mirror by cloud-init, the proxy in apt.conf. */
export function aptSetup(system: GuestSystem, { apt, proxy }: GuestSpec): PackageSetup {
  const source = edgeSource(system, apt?.edgeSource);
  const addresses = proxyAddresses(proxy);
  return {
    settings: source.settings,
    files: [
      ...source.files,
      ...(addresses === undefined ? [] : [writeFile('/etc/apt/apt.conf.d/95edge-vm-proxy', proxyText(addresses), addresses.permissions)]),
    ],
    config: mirrorConfig(system, apt?.mirror),
  };
}

function mirrorConfig({ securityArchive: archive }: GuestSystem, uri: string | undefined): CloudConfig {
  if (uri === undefined) return {};
  const security = archive === undefined ? uri : uri.replace(new RegExp(`/${archive.main}(/?)$`), `/${archive.security}$1`);
  // Debian's own cloud.cfg keeps the sources of the image, and a mirror would then be read and ignored.
  return { apt: { preserve_sources_list: false, primary: [{ arches: ['default'], uri }], security: [{ arches: ['default'], uri: security }] } };
}

/** apt knows no list of exceptions, only single hosts. */
function proxyText({ http, https, noProxy }: ProxyAddresses): string {
  const hosts = noProxy.split(',').map((host) => host.trim()).filter((host) => /^[a-z0-9][a-z0-9.-]*$/i.test(host));
  const direct = hosts.flatMap((host) => ['http', 'https'].map((scheme) => `Acquire::${scheme}::Proxy::${host} "DIRECT";\n`));
  return [`Acquire::http::Proxy "${http}";\n`, `Acquire::https::Proxy "${https}";\n`, ...direct].join('');
}
