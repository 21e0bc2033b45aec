import assert from 'node:assert/strict';
import { SecretValue } from '../../../../src/identity/secret.js';
import { GUEST_SYSTEMS } from '../../../../src/spec/guest-systems.js';
import { InvalidInputError } from '../../../../src/support/errors.js';
import { buildUserData } from '../../../../src/render/cloud-config/index.js';
import { CONFIG_TOML, device, fileText, parsed, userData, written } from './fixture.js';

const pem = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

function problemsOf(cloudConfig: Record<string, unknown>): string[] {
  try {
    userData(device({ cloudConfig }));
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map((problem) => problem.field);
    throw error;
  }
  return [];
}

describe('user-data', () => {
  it('starts as cloud-config and is the same bytes each time', () => {
    const text = userData(device());
    assert.match(text, /^#cloud-config\n/);
    assert.equal(userData(device()), text);
  });

  it('does not print the credential it holds', () => {
    const built = buildUserData(device(), { configToml: new SecretValue('canary') });
    assert.equal(JSON.stringify({ built }) + String(built), '{"built":"[secret]"}[secret]');
  });

  it('keeps config.toml and the staged files for root alone', () => {
    const files = written(userData(device(), { files: [{ path: '/var/aziot/secrets/ca.key', owner: 'aziotks:aziotks', mode: '0600', content: new SecretValue('KEY') }] }));
    assert.deepEqual(files.get('/etc/edge-vm/config.toml'), { path: '/etc/edge-vm/config.toml', owner: 'root:root', permissions: '0600', text: CONFIG_TOML });
    assert.deepEqual(files.get('/etc/edge-vm/files/00'), { path: '/etc/edge-vm/files/00', owner: 'root:root', permissions: '0600', text: 'KEY' });
    assert.equal(files.get('/etc/edge-vm/files.manifest')?.text, '0600\troot\troot\t/etc/edge-vm/config.toml\t/etc/aziot/config.toml\n0600\taziotks\taziotks\t/etc/edge-vm/files/00\t/var/aziot/secrets/ca.key\n');
    // cloud-init ends write_files at the first owner it cannot find.
    assert.deepEqual([...files.values()].filter((file) => file.owner !== 'root:root'), []);
  });

  for (const bad of [{ path: 'relative' }, { path: '/a/../b' }, { path: '/a b' }, { mode: '600' }, { owner: 'root' }]) {
    it(`refuses a staged file with ${JSON.stringify(bad)}`, () => {
      assert.throws(() => userData(device(), { files: [{ path: '/a', owner: 'root:root', mode: '0600', content: '', ...bad }] }), RangeError);
    });
  }

  it('pins engine and runtime in the settings', () => {
    const text = fileText(userData(device({ engine: 'docker', engineVersion: '28.1-1' }, {}, { version: '1.5.21-1', identityServiceVersion: '1.5.6-1' })), '/etc/edge-vm/settings');
    for (const line of ["ENGINE='docker'", "ENGINE_VERSION='28.1-1'", "EDGE_VERSION='1.5.21-1'", "IDENTITY_VERSION='1.5.6-1'"]) assert.ok(text.split('\n').includes(line), line);
  });

  it('sets up one login by key, in the place of the default user', () => {
    const { user, users } = parsed(userData(device({ user: 'ops', sshKeys: ['ssh-ed25519 AAAA a'] })));
    assert.equal(users, undefined);
    assert.equal(user['name'], 'ops');
    assert.equal(user['lock_passwd'], true);
    assert.deepEqual(user['ssh_authorized_keys'], ['ssh-ed25519 AAAA a']);
  });

  it('names the repository of the template, with its key pinned', () => {
    for (const [template, suite] of [['ubuntu-24.04', 'noble'], ['ubuntu-22.04', 'jammy'], ['debian-12', 'bookworm']] as const) {
      const text = userData(device({}, { template }));
      assert.match(fileText(text, '/etc/edge-vm/apt/edge.sources'), new RegExp(`^Types: deb\nURIs: https://packages.microsoft.com/.*/prod\nSuites: ${suite}\nComponents: main\nSigned-By: /etc/apt/keyrings/edge-vm.asc\n$`));
      assert.match(fileText(text, '/etc/edge-vm/settings'), /EDGE_SOURCE_KEY_FINGERPRINT='BC528686B50D79E339D3721CEB3E94ADBE1229CF'/);
    }
  });

  it('takes from the row of the system which packages an engine is made of, and where they come from', () => {
    for (const { template, engines } of GUEST_SYSTEMS) {
      for (const engine of ['moby', 'docker'] as const) {
        const text = fileText(userData(device({ engine }, { template })), '/etc/edge-vm/settings');
        const { packages, from } = engines[engine];
        assert.ok(text.includes(`ENGINE_PACKAGES='${packages.join(' ')}'\nENGINE_FROM='${from}'\n`), `${template} ${engine}`);
      }
    }
  });

  it('takes a source of the person, flat, with an inline key', () => {
    const text = userData(device({ apt: { edgeSource: { uri: 'http://mirror/edge', suite: './', key: 'ARMOUR', keyFingerprint: 'ab cd' } } }));
    assert.equal(fileText(text, '/etc/edge-vm/apt/edge.sources'), 'Types: deb\nURIs: http://mirror/edge\nSuites: ./\nSigned-By: /etc/apt/keyrings/edge-vm.asc\n');
    assert.equal(fileText(text, '/etc/edge-vm/apt/edge.asc'), 'ARMOUR\n');
    assert.match(fileText(text, '/etc/edge-vm/settings'), /EDGE_SOURCE_KEY_FINGERPRINT='ABCD'/);
  });

  it('trusts an unsigned source only where asked to', () => {
    const text = userData(device({ apt: { edgeSource: { uri: 'http://m', trusted: true } } }));
    assert.match(fileText(text, '/etc/edge-vm/apt/edge.sources'), /^Trusted: yes$/m);
    assert.match(fileText(text, '/etc/edge-vm/settings'), /EDGE_SOURCE_TRUSTED='yes'/);
    assert.match(fileText(userData(device()), '/etc/edge-vm/settings'), /EDGE_SOURCE_TRUSTED='no'/);
  });

  it('sets the proxy for apt and for each daemon, escaped for systemd, and hides its password', () => {
    const files = written(userData(device({ proxy: { http: 'http://u:p%40w@proxy:3128', noProxy: 'localhost,.svc,10.0.0.0/8,mirror.example' } })));
    for (const unit of ['edge-vm-provision', 'aziot-edged', 'aziot-identityd', 'docker']) {
      const file = files.get(`/etc/systemd/system/${unit}.service.d/edge-vm-proxy.conf`);
      assert.ok(file, unit);
      assert.equal(file.permissions, '0600');
      assert.ok(file.text.includes('"https_proxy=http://u:p%%40w@proxy:3128"'), `iotedge check reads small letters: ${file.text}`);
      assert.ok(file.text.includes(unit === 'docker' ? 'HTTPS_PROXY=http://u:p%%40w@proxy:3128"' : 'https_proxy=http://u:p%%40w@proxy:3128"'), file.text);
    }
    const apt = files.get('/etc/apt/apt.conf.d/95edge-vm-proxy')?.text ?? '';
    assert.match(apt, /^Acquire::https::Proxy "http:\/\/u:p%40w@proxy:3128";$/m);
    assert.match(apt, /^Acquire::http::Proxy::mirror\.example "DIRECT";$/m);
    assert.doesNotMatch(apt, /10\.0\.0\.0/);
    assert.ok(![...written(userData(device())).keys()].some((path) => path.includes('proxy')));
  });

  it('writes daemon.json before the engine, with limits, mtu and dns', () => {
    const text = userData(device({ docker: { mtu: 1450, dns: ['10.0.0.10'], logMaxSize: '5m', logMaxFiles: 2 } }));
    assert.deepEqual(JSON.parse(fileText(text, '/etc/docker/daemon.json')), { 'log-driver': 'local', 'log-opts': { 'max-size': '5m', 'max-file': '2' }, mtu: 1450, dns: ['10.0.0.10'] });
    assert.match(fileText(text, '/etc/edge-vm/settings'), /DOCKER_MTU='1450'/);
  });

  it('writes the bridge and the address pools of the engine', () => {
    const text = userData(device({ docker: { bip: '192.168.200.1/24', addressPools: [{ base: '192.168.208.0/20', size: 24 }] } }));
    const daemon = JSON.parse(fileText(text, '/etc/docker/daemon.json')) as Record<string, unknown>;
    assert.equal(daemon['bip'], '192.168.200.1/24');
    assert.deepEqual(daemon['default-address-pools'], [{ base: '192.168.208.0/20', size: 24 }]);
  });

  it('mounts the data disk only where there is one', () => {
    const text = userData(device({}, { dataDisk: { size: '10Gi' } }));
    assert.match(JSON.stringify(parsed(text)['fs_setup']), /virtio-edge-vm-data/);
    assert.match(fileText(text, '/etc/edge-vm/settings'), /DATA_MOUNT='\/var\/lib\/edge-vm-data'/);
    assert.equal(parsed(userData(device()))['fs_setup'], undefined);
    assert.match(fileText(userData(device()), '/etc/edge-vm/settings'), /DATA_MOUNT=''/);
  });

  it('gives each CA certificate to the trust store as a file of its own', () => {
    const config = parsed(userData(device({ caCertificates: [`${pem('AA')}\n${pem('BB')}\n`, pem('CC')] })));
    assert.deepEqual(config['ca_certs'], { trusted: [`${pem('AA')}\n`] });
    const files = written(userData(device({ caCertificates: [`${pem('AA')}\n${pem('BB')}\n`, pem('CC')] })));
    assert.equal(files.get('/usr/local/share/ca-certificates/edge-vm-1.crt')?.text, `${pem('BB')}\n`);
    assert.equal(files.get('/usr/local/share/ca-certificates/edge-vm-2.crt')?.text, `${pem('CC')}\n`);
  });

  it("uses the mirror for security updates too, in Debian's other archive", () => {
    const apt = (template: 'debian-12' | 'ubuntu-24.04', mirror: string): unknown => parsed(userData(device({ apt: { mirror } }, { template })))['apt'];
    assert.deepEqual(apt('debian-12', 'http://m/debian'), { preserve_sources_list: false, primary: [{ arches: ['default'], uri: 'http://m/debian' }], security: [{ arches: ['default'], uri: 'http://m/debian-security' }] });
    assert.deepEqual(apt('ubuntu-24.04', 'http://m/ubuntu'), { preserve_sources_list: false, primary: [{ arches: ['default'], uri: 'http://m/ubuntu' }], security: [{ arches: ['default'], uri: 'http://m/ubuntu' }] });
  });

  it("merges the person's cloud-config last", () => {
    const config = parsed(userData(device({ cloudConfig: { timezone: 'Europe/Berlin', ssh_pwauth: true, runcmd: ['echo hi'], write_files: [{ path: '/etc/motd', content: 'hi' }] } })));
    assert.equal(config['timezone'], 'Europe/Berlin');
    assert.equal(config['ssh_pwauth'], true);
    assert.equal(config.runcmd.at(-1), 'echo hi');
    assert.ok(config.runcmd.length > 1);
    assert.equal((config['write_files'] as { path: string }[]).at(-1)?.path, '/etc/motd');
  });

  const refused: [config: Record<string, unknown>, fields: string[]][] = [
    [{ hostname: 'x', fqdn: 'x.y' }, ['hostname', 'fqdn']],
    [{ cloud_final_modules: [] }, ['cloud_final_modules']],
    [{ write_files: [{ path: 'etc/docker/daemon.json' }, { path: '/etc/x/../docker/daemon.json' }, { path: '/etc/systemd/system/docker.service.d/edge-vm-api.conf' }, { path: '/etc/apt/apt.conf.d/95edge-vm-proxy' }, { path: '/etc/my-edge-vm' }] }, ['write_files[0].path', 'write_files[1].path', 'write_files[2].path', 'write_files[3].path']],
    [{ write_files: [{ path: '/ok' }, { path: '/etc/aziot//config.toml' }, { path: '/etc/edge-vm/settings' }, { path: '/usr/local/sbin/edge-vm-probe' }] }, ['write_files[1].path', 'write_files[2].path', 'write_files[3].path']],
    [{ packages: ['htop', 'aziot-edge', ['moby-engine', '1'], { apt: ['docker.io'] }] }, ['packages', 'packages', 'packages']],
    [{ apt: { sources: { ms: { source: 'deb https://packages.microsoft.com/ubuntu/24.04/prod noble main' } } } }, ['apt.sources.ms']],
    [{ runcmd: 'echo' }, ['runcmd']],
    [{ user: 'bob' }, ['user']],
    [{ password: 'x', chpasswd: { users: [] } }, ['password']],
    [{ user: { name: 'bob' } }, ['user.name']],
    [{ network: { version: 2 } }, ['network']],
    [{ 'ca-certs': {}, ca_certs: {} }, ['ca-certs']],
    [{ chpasswd: { users: [{ name: 'ubuntu', password: 'x' }], list: 'debian:x\nroot:y\n' } }, ['chpasswd', 'chpasswd']],
    [{ write_files: [{ path: '/a', owner: 'aziotcs:aziotcs', encoding: 'gz+b64', content: 'x' }, { path: 'a', owner: 'iotedge' }, { path: '/b', owner: 'root:docker', append: true }, { path: '/c', owner: 'aziotks', permissions: 600 }] }, ['write_files[0].encoding', 'write_files[1].path', 'write_files[2].append', 'write_files[3].permissions']],
  ];
  for (const [config, fields] of refused) {
    it(`refuses ${JSON.stringify(config).slice(0, 70)}`, () => {
      assert.deepEqual(problemsOf(config), fields.map((field) => `spec.guest.cloudConfig.${field}`));
    });
  }

  it('refuses what does not fit into a Secret', () => {
    assert.deepEqual(problemsOf({ write_files: [{ path: '/big', content: 'x'.repeat(1_000_000) }] }), ['spec.guest.cloudConfig']);
  });
});
