import { isMapping } from '../../support/plain.js';
import { apt } from './apt.js';
import { certificates, cidr, ipAddress, loginName, noProxy, packageVersion, proxyUrl, sshKey } from './formats.js';
import { choice, documentOf, integer, list, object, text, type FlagFacts, type Rule } from './node.js';

const flag = (flags: string): FlagFacts => ({ flags, group: 'Network and engine' });

const version = { type: 'integer', description: 'Version of the format: 2.' };
const networkRule: Rule = (value, report) => {
  const inner = isMapping(value['network']) ? value['network'] : value;
  if (inner['version'] !== 2) report('version', 'must be 2 (network-data of cloud-init, version 2)');
};

/** `spec.guest.docker`: what goes into daemon.json of the engine. */
const docker = object({
  help: 'Settings of the container engine', detail: '`/etc/docker/daemon.json`.', always: true,
  fields: {
    mtu: integer({ help: 'MTU of container networks, e.g. 1450', detail: 'Needed if the pod network has less than 1500.', least: 576, most: 65_535, defaultText: "the engine's", flag: flag('--docker-mtu <n>'), example: { value: 1450 } }),
    dns: list({ help: 'DNS servers for containers', least: 1, most: 10, unique: true, of: text({ help: 'DNS server', ...ipAddress }), detail: "Without it, containers get the guest's own IPv4 DNS servers. If all of these are in the guest itself, the engine chooses.", defaultText: "the guest's", flag: flag('--docker-dns <address>'), example: { value: ['10.0.0.53'] } }),
    bip: text({ help: 'Address and prefix of the bridge docker0', detail: 'Needed if your site uses the default network of the engine.', ...cidr, defaultText: "the engine's (172.17.0.1/16)", flag: flag('--docker-bip <cidr>'), example: { value: '192.168.200.1/24' } }),
    addressPools: list({
      help: 'Address pools of further container networks', detail: 'The engine divides each pool into networks with prefix length `size`. The runtime makes its network azure-iot-edge from the first pool.', least: 1, most: 20, defaultText: "the engine's",
      of: object({
        help: 'One pool', name: 'AddressPool',
        rules: [({ base, size }, report) => {
          const bits = typeof base === 'string' ? Number(base.split('/')[1]) : Number.NaN;
          if (typeof size === 'number' && size < bits) report('size', `must be at least ${bits}, the prefix length of base`, size, 'conflict');
        }],
        cel: [{ rule: "!self.base.matches('/[0-9]{1,3}$') || int(self.base.split('/')[1]) <= self.size", message: 'must be at least the prefix length of base', fieldPath: '.size' }],
        fields: {
          base: text({ help: 'Address range', ...cidr, required: true, example: { value: '192.168.208.0/20' } }),
          size: integer({ help: 'Prefix length of each network', least: 8, most: 128, required: true, example: { value: 24 } }),
        },
      }),
    }),
    logMaxSize: text({ help: 'Limit of one container log, e.g. 10m', detail: 'In `k`, `m` or `g`.', expect: 'must be a size such as 10m (k, m or g)', pattern: '^[1-9][0-9]{0,5}[kmg]$', default: '10m', flag: flag('--docker-log-max-size <size>'), example: { value: '10m' } }),
    logMaxFiles: integer({ help: 'Rotated logs kept for each container', least: 1, most: 1000, default: 3, flag: flag('--docker-log-max-files <n>'), example: { value: 3 } }),
  },
});

const proxy = object({
  help: 'Proxy for apt, engine, runtime and edgeAgent',
  detail: "Percent-encode characters that a shell reads. Users of the guest can read a password in it. Give a password in a file (`-f`), not by `--proxy-https`: other users of your machine can see arguments.",
  fields: {
    http: text({ help: 'Proxy for HTTP', detail: '`http://HOST[:PORT]`, with `USER:PASSWORD@` before HOST if the proxy needs a login.', ...proxyUrl, secret: true, flag: flag('--proxy-http <url>'), example: { value: 'http://proxy.example.com:3128' } }),
    https: text({ help: 'Proxy for HTTPS', detail: 'Without it, the proxy of `http` is used for HTTPS too. Behind a proxy, edgeAgent uses AMQP over WebSockets.', ...proxyUrl, secret: true, flag: flag('--proxy-https <url>'), example: { value: 'http://proxy.example.com:3128' } }),
    noProxy: text({ help: 'Hosts that need no proxy, separated by commas', detail: 'Names, `.suffixes`, addresses and CIDR blocks, without spaces. apt uses only whole names of it. The identity service ignores it and always asks the hub through the proxy.', ...noProxy, defaultText: 'localhost,127.0.0.1', flag: flag('--no-proxy <hosts>'), example: { value: 'localhost,127.0.0.1,.example.com,10.0.0.0/8' } }),
  },
});

/** `spec.guest`. */
export const guest = object({
  help: 'The guest, without IoT Edge',
  always: true, required: true, change: 'first-boot', name: 'GuestSpec',
  fields: {
    engine: choice({ help: 'Container engine: moby (Microsoft) or docker (distribution)', values: ['moby', 'docker'], name: 'Engine', required: true, default: 'moby', flag: { flags: '--engine <name>', group: 'IoT Edge' }, example: { value: 'moby' } }),
    engineVersion: text({ help: 'Exact package version of the engine', detail: 'edge-vm holds the package in both cases, so that apt does not upgrade it.', ...packageVersion, defaultText: 'what the suite offers', flag: { flags: '--engine-version <v>', group: 'IoT Edge' }, example: { value: '1.2.3-1', off: true } }),
    user: text({ help: 'Login user', detail: 'It takes the place of the image\'s default user. The user logs in by SSH key, and has `sudo`. It must not be a system user.', ...loginName, required: true, default: 'edge', flag: { flags: '--user <name>', group: 'Machine' }, example: { value: 'edge' } }),
    sshKeys: list({ help: 'Public SSH keys for logins: key lines, or files with key lines', most: 100, files: 'lines', secret: true, of: text({ help: 'Public key line', ...sshKey, secret: true }), flag: { flags: '--ssh-key <file>', group: 'Machine', help: 'File with a public SSH key for logins' }, example: { value: ['files/jane.pub'] } }),
    proxy,
    apt,
    caCertificates: list({ help: "Extra CA certificates for the system's trust store", detail: 'PEM files, or PEM.', most: 100, files: 'text', secret: true, of: text({ help: 'PEM certificates', ...certificates, secret: true }), flag: { ...flag('--ca <file>'), help: 'File with an extra CA certificate' }, example: { value: ['files/site-ca.pem'] } }),
    docker,
    cloudConfigFile: text({
      help: 'Your own cloud-config, merged last', detail: 'Not with `cloudConfig`, whose rules hold for it too.',
      expect: 'must be the path of a file', minLength: 1, secret: true, file: { kind: 'only', into: 'cloudConfig' }, flag: flag('--cloud-config <file>'), example: { value: 'files/extra.yaml' },
    }),
    cloudConfig: documentOf({ help: 'Your own cloud-config, here, merged last', detail: 'edge-vm merges mappings and appends lists. It refuses keys that would break the device, such as `hostname`, `packages` with engine or runtime, and files that edge-vm writes. `ssh_authorized_keys` and `password` are for the login user. Files of users that packages bring are written after those packages.', secret: true, whole: true, example: { value: { packages: ['chrony'] }, off: true } }),
    networkData: documentOf({
      help: 'Network configuration of cloud-init, version 2', detail: "The templates use KubeVirt's masquerade network, and the guest gets its address by DHCP. edge-vm refuses another address: that needs your own manifest with a bridge.",
      secret: true, whole: true, defaultText: 'DHCP', rules: [networkRule],
      schema: { anyOf: [{ required: ['version'], properties: { version: { const: 2 } } }, { required: ['network'], properties: { network: { type: 'object', required: ['version'], properties: { version: { const: 2 } } } } }] },
      properties: { version, network: { type: 'object', description: 'The same, one level deeper.', 'x-kubernetes-preserve-unknown-fields': true, properties: { version } } },
      cel: [{ rule: 'has(self.network) ? has(self.network.version) && self.network.version == 2 : has(self.version) && self.version == 2', message: 'must be 2 (network-data of cloud-init, version 2)', fieldPath: '.version' }],
      flag: flag('--network-data <file>'), example: { value: { version: 2, ethernets: { enp1s0: { dhcp4: true } } } },
    }),
  },
});
