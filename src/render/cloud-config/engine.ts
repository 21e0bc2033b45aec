import type { GuestSpec } from '../../spec/types.js';
import type { WriteFile } from './types.js';
import { writeFile } from './write-file.js';

/**
 * Settings of the container engine, written before it is installed, so that its first start has them.
 *
 * An environment variable sets the API's minimum, not `min-api-version` of daemon.json: an engine refuses to start if it
 * does not know a key of daemon.json, but it ignores an unknown variable. Since Docker 29 the default is 1.44;
 * IoT Edge 1.6 speaks 1.41. https://github.com/moby/moby/pull/51186
 */
export function engineFiles(docker: GuestSpec['docker']): WriteFile[] {
  const daemon = {
    'log-driver': 'local',
    'log-opts': { 'max-size': docker?.logMaxSize ?? '10m', 'max-file': String(docker?.logMaxFiles ?? 3) },
    ...(docker?.mtu === undefined ? {} : { mtu: docker.mtu }),
    ...(docker?.dns === undefined || docker.dns.length === 0 ? {} : { dns: docker.dns }),
    ...(docker?.bip === undefined ? {} : { bip: docker.bip }),
    ...(docker?.addressPools === undefined ? {} : { 'default-address-pools': docker.addressPools }),
  };
  return [
    writeFile('/etc/docker/daemon.json', `${JSON.stringify(daemon, null, 2)}\n`),
    writeFile('/etc/systemd/system/docker.service.d/edge-vm-api.conf', '[Service]\nEnvironment=DOCKER_MIN_API_VERSION=1.24\n'),
  ];
}
