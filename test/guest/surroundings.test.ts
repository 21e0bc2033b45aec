import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from '../../src/cluster/index.js';
import type { DeviceResult } from '../../src/readiness/types.js';
import { theLab } from '../integration/harness/lab.js';
import { created, openGuest, type Guest } from './support/guest.js';
import { until } from './support/until.js';
import { inUrl } from './support/login.js';
import { startProxy, type Proxy, type ProxyRequest } from './support/proxy.js';
import { startRegistry, type Registry, type RegistryRequest } from './support/registry.js';
import { NODE_ADDRESS } from './support/node-address.js';

/** This machine, as guests see it; every name below the domain leads here. */
const domain = 'edge-vm.test';
// Words that the tests search for where they must not be. They contain characters that a reader could get wrong.
const words = { proxy: 'pr0xyCanary', registry: 'reg1stryCanary' };
const proxyLogin = { user: 'site gate', password: `${words.proxy} p@ss/%:"#` };
const registryLogin = { user: 'puller', password: `${words.registry}:"\\#$%` };
const image = { server: `registry.${domain}:5443`, path: 'site/edge-agent:7' };
/** Another name of the registry; it is in the list of hosts without the proxy. */
const direct = `direct.${domain}`;

describe('a device of a site with a proxy, a private registry and a certificate authority', () => {
  let guest: Guest;
  let proxy: Proxy;
  let registry: Registry;
  let result: DeviceResult;
  const files: string[] = [];

  const keep = (name: string, text: string): string => {
    const file = join(theLab().home, name);
    writeFileSync(file, text, { mode: 0o600 });
    files.push(file);
    return file;
  };

  before(async () => {
    guest = await openGuest('gw-04');
    await guest.remove();
    proxy = await startProxy({ host: NODE_ADDRESS, port: 3128, domain, login: proxyLogin });
    registry = await startRegistry({ host: NODE_ADDRESS, port: 5443, names: [`registry.${domain}`, direct], login: registryLogin, image: image.path });
    // A password must not be a flag: every user of the machine can read arguments.
    const url = `http://${inUrl(proxyLogin)}@proxy.${domain}:${proxy.port}`;
    const device = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', spec: { guest: { proxy: { http: url, https: url } } } };
    const args = {
      '-f': keep('gw-04.yaml', JSON.stringify(device)), '--no-proxy': `localhost,127.0.0.1,${direct}`, '--ca': keep('gw-04-site-ca.pem', registry.ca),
      '--agent-image': `${image.server}/${image.path}`, '--registry-server': image.server, '--registry-username': registryLogin.user,
      '--registry-password-file': keep('gw-04-registry', registryLogin.password),
    };
    result = created(await guest.create(Object.entries(args).flat()).done);
  });
  after(async () => {
    try {
      await guest.remove().finally(guest.close);
    } finally {
      await Promise.all([proxy?.close(), registry?.close()]);
      for (const file of files) rmSync(file);
    }
  });

  const asked = (wanted: Partial<ProxyRequest>): ProxyRequest[] =>
    proxy.requests.filter((request) => Object.entries(wanted).every(([key, value]) => request[key as keyof ProxyRequest] === value));
  const fetched = (part: string): RegistryRequest[] => registry.requests.filter(({ path, authorized }) => authorized && path.includes(part));
  const agent = (format: string): Promise<string> => guest.shell(`docker inspect --format "${format}" edgeAgent`);

  it('is connected', () => {
    assert.equal(result.stage, 'connected');
    assert.equal(result.edge.code, 417);
  });

  it('gets the packages of the distribution and of the runtime through the proxy', () => {
    const paths = asked({ method: 'GET', target: `packages.${domain}:80` }).map(({ path = '' }) => path);
    for (const part of ['/debian/pool/', '/edge/']) assert.ok(paths.some((path) => path.startsWith(part) && path.endsWith('.deb')), `a package below ${part}`);
  });

  it('talks to the hub through the proxy: identity service and edgeAgent', () => {
    const target = `lab-hub.${domain}:443`;
    assert.ok(asked({ method: 'CONNECT', target }).length >= 2, 'a tunnel each');
    assert.ok(proxy.tunnels().includes(target), 'that of the agent stays open');
  });

  it('runs the agent from the private registry, which the engine reaches through the proxy', async () => {
    assert.ok(asked({ method: 'CONNECT', target: image.server }).length > 0);
    assert.ok(fetched('/manifests/').length > 0);
    assert.ok(fetched('/blobs/').length >= 2, 'configuration and layer');
    assert.equal(await agent('{{.Config.Image}}'), `${image.server}/${image.path}`);
    assert.equal(await agent('{{.Image}}'), registry.image.blobs[0]?.digest, 'an image is named by its configuration');
  });

  it('gave the proxy the right login each time', () => {
    assert.deepEqual(asked({ authorized: false }), []);
  });

  it('trusts the site\'s certificate authority, as the system does', async () => {
    assert.equal(await guest.shell(`curl -s -o /dev/null -w "%{http_code} %{ssl_verify_result}" https://${image.server}/v2/`), '401 0');
  });

  it('does not use the proxy for the hosts of noProxy: engine, apt, agent', async () => {
    const refusal = await guest.shell(`docker pull ${direct}:5443/${image.path} 2>&1 || :`);
    assert.match(refusal, /no basic auth credentials|unauthorized/, 'the login is for the agent\'s image only');
    assert.ok(registry.requests.some((request) => request.host === `${direct}:5443`));
    await guest.shell(`/usr/lib/apt/apt-helper download-file http://${direct}/debian/dists/bookworm/InRelease /run/direct && test -s /run/direct`);
    assert.deepEqual(proxy.requests.filter(({ target }) => target.startsWith(direct)), []);
    assert.match(await agent('{{range .Config.Env}}{{println .}}{{end}}'), new RegExp(`^no_proxy=localhost,127\\.0\\.0\\.1,${direct}$`, 'm'));
  });

  it('keeps both passwords out of the objects and the records', async () => {
    const vm = await guest.cluster.get({ type: kinds.VirtualMachine, name: 'gw-04', namespace: 'default' });
    const seen = JSON.stringify([vm, await guest.instance(), await guest.pod(), await guest.records(), await guest.status(), result]);
    assert.match(seen, /"name":"gw-04"/);
    for (const word of Object.values(words)) assert.ok(!seen.includes(word), word);
  });

  it('lets no other user of the guest read the files with the passwords', async () => {
    const units = ['edge-vm-provision', 'aziot-edged', 'aziot-identityd', 'docker'].map((unit) => `/etc/systemd/system/${unit}.service.d/edge-vm-proxy.conf`);
    const known = ['/etc/apt/apt.conf.d/95edge-vm-proxy', '/etc/aziot/config.toml', ...units];
    const search = `grep -rlsI -D skip -e ${words.proxy} -e ${words.registry} /etc /root /home /run /usr/local /var/log /var/lib/aziot /var/lib/cloud /var/lib/edge-vm /var/lib/docker/containers`;
    const found = (await guest.shell(`${search} || :`)).split('\n');
    assert.deepEqual(known.filter((path) => !found.includes(path)), [], 'each has one of them');
    assert.deepEqual((await guest.shell(`stat -c "%a %U" ${known.join(' ')} | sort -u`)).split('\n'), ['600 root']);
    assert.equal(await guest.shell(`runuser -u nobody -- ${search} || :`), '');
  });

  it('says that the image cannot be pulled when the registry refuses the login, and goes on when that is right again', async () => {
    const change = (from: string, to: string): Promise<string> => guest.shell(`sed -i s/${from}/${to}/ /etc/aziot/config.toml && iotedge config apply`);
    await change(words.registry, 'another');
    const told = await until('the guest to say that it cannot pull', 240, async () => (await guest.records()).findLast((record) => record.agent?.code === 'agent-image'));
    assert.match(told.agent?.message ?? '', /^HTTP 500 .*unauthorized/);
    assert.equal((await guest.status()).ready, false);
    await change('another', words.registry);
    await until('the device to be connected again', 300, async () => (await guest.status()).ready);
  });
});
