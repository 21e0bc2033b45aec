import type { GuestSystem } from '../../../spec/guest-systems.js';
import type { GuestSpec } from '../../../spec/types.js';
import { proxyAddresses, type ProxyAddresses } from '../proxy.js';
import type { CloudConfig } from '../types.js';
import { writeFile } from '../write-file.js';
import { edgeSource } from './edge-source.js';
import type { PackageSetup } from './index.js';

/** Debian and Ubuntu: the source of `aziot-edge` in deb822, the mirror by cloud-init, the proxy in apt.conf. */
export function aptSetup(system: GuestSystem, { apt, proxy }: GuestSpec): PackageSetup {
  const source = edgeSource(system, apt?.edgeSource);
  const addresses = proxyAddresses(proxy);
  return {
    settings: source.settings,
    files: [
      ...source.files,
      ...(addresses === undefined ? [] : [writeFile('/etc/apt/apt.conf.d/95edge-vm-proxy', proxyText(addresses, hostsOf([apt?.mirror, apt?.edgeSource?.uri ?? system.edgeSource.uri])), addresses.permissions)]),
    ],
    config: mirrorConfig(system, apt?.mirror),
  };
}

function mirrorConfig({ securityArchive: archive }: GuestSystem, uri: string | undefined): CloudConfig {
  if (uri === undefined) return {};
  const security = archive === undefined ? uri : uri.replace(new RegExp(`/${archive.main}(/?)$`), `/${archive.security}$1`);
  // Debian's own cloud.cfg keeps the sources of the image, and then a mirror would have no effect.
  return { apt: { preserve_sources_list: false, primary: [{ arches: ['default'], uri }], security: [{ arches: ['default'], uri: security }] } };
}

function hostsOf(uris: readonly (string | undefined)[]): string[] {
  return uris.flatMap((uri) => (uri !== undefined && URL.canParse(uri) ? [new URL(uri).hostname] : []));
}

/** apt has no list of exceptions, only single hosts: the named ones, and those hosts of its sources that a suffix covers. */
function proxyText({ http, https, noProxy }: ProxyAddresses, sources: readonly string[]): string {
  const entries = noProxy.split(',').map((host) => host.trim());
  const covered = sources.filter((host) => entries.some((entry) => entry === '*' || (/[a-z]/i.test(entry) && `.${host}`.endsWith(`.${entry.replace(/^\*?\./, '')}`))));
  const hosts = [...new Set([...entries.filter((host) => /^[a-z0-9][a-z0-9.-]*$/i.test(host)), ...covered])];
  const direct = hosts.flatMap((host) => ['http', 'https'].map((scheme) => `Acquire::${scheme}::Proxy::${host} "DIRECT";\n`));
  return [`Acquire::http::Proxy "${http}";\n`, `Acquire::https::Proxy "${https}";\n`, ...direct].join('');
}
