import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { SecretValue } from '../../src/identity/secret.js';
import { buildUserData } from '../../src/render/cloud-config/index.js';
import { leaveOut } from '../helpers/leave-out.js';
import { openRoot, whyNoRoot } from './debian-root.js';
import type { DebianRoot } from './debian-root.js';

const PACKAGES = '/usr/lib/python3/dist-packages';
const SETTINGS = '/etc/edge-vm/settings';
const CLOUD = '/var/lib/cloud/instance';

// The modules of Debian's cloud.cfg that matter here, in its order.
const CLOUD_CFG = `datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [bootcmd, write-files, ca-certs, users-groups]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
system_info: {distro: debian, default_user: {name: debian}, paths: {cloud_dir: /var/lib/cloud/, templates_dir: /etc/cloud/templates/}}
`;

describe('first boot with the real cloud-init', function () {
  this.timeout(120_000);
  let root: DebianRoot;

  before(function () {
    this.timeout(300_000);
    const reason = whyNoRoot() ?? (existsSync(`${PACKAGES}/cloudinit`) ? undefined : 'cloud-init is not installed');
    if (reason !== undefined) leaveOut(this, reason);
    // Its first use makes the root.
    openRoot().dispose();
  });
  afterEach(() => { root?.dispose(); });

  function install(userData: string): void {
    root = openRoot();
    root.write('/etc/cloud/cloud.cfg', CLOUD_CFG);
    root.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: 6e0f4ad9-5ba5-5a3b-8a3c-0d6a7e8f9b10\n');
    root.write('/var/lib/cloud/seed/nocloud/user-data', userData);
    root.write('/usr/local/sbin/systemctl', '#!/bin/sh\nmkdir -p /stub; echo "$*" >>/stub/systemctl\n', 0o755);
    // This machine's cloud-init is bound into the root.
    root.write('/usr/bin/cloud-init', '');
    root.write(`${PACKAGES}/.keep`, '');
  }

  /** One boot, up to and with the given stage; the rest is as if the machine had been killed there. */
  function boot(until: 'init' | 'final'): void {
    const stages = ['cloud-init init --local', 'cloud-init init', ...(until === 'final' ? ['cloud-init modules --mode config', 'cloud-init modules --mode final'] : [])];
    const { output } = root.run(['sh', '-c', stages.join(' && ')], {
      prepare: `mount --bind ${PACKAGES} $R${PACKAGES}; mount --bind /usr/bin/cloud-init $R/usr/bin/cloud-init; mkdir -p $R/run/cloud-init`,
    });
    assert.doesNotMatch(output, /Traceback|Failed to (run|shellify)/, output);
  }

  const userData = (): string => buildUserData({
    apiVersion: 'edge-vm.io/v1alpha1',
    kind: 'EdgeDevice',
    metadata: { name: 'gw-01' },
    spec: {
      identity: {},
      vm: { template: 'debian-12', architecture: 'amd64', disk: { size: '20Gi' }, consoleLog: true, readinessProbe: 'exec' },
      guest: { engine: 'moby', user: 'edge', sshKeys: ['ssh-ed25519 AAAA test'], cloudConfig: { runcmd: ['echo own >>/stub/own'] } },
      edge: { version: '1.6.0-1', identityServiceVersion: '1.6.0-1' },
    },
  }, { configToml: new SecretValue('a = 1\n') }).reveal();

  it('writes the files, makes the login and starts the service once', () => {
    install(userData());
    boot('final');
    assert.match(root.read(SETTINGS), /ENGINE='moby'/);
    assert.match(root.read('/home/edge/.ssh/authorized_keys'), /ssh-ed25519 AAAA test/);
    assert.deepEqual(root.read('/stub/systemctl').trim().split('\n').filter((line) => line.includes('edge-vm')), [
      'enable edge-vm-provision.service', 'restart --no-block edge-vm-provision.service',
    ]);
    assert.equal(root.read('/stub/own'), 'own\n');
  });

  it('repeats a first boot that was killed in the middle, and only that', () => {
    install(userData());
    boot('init');
    // After a power loss: the modules are marked as done, but their files are empty or missing.
    assert.ok(root.exists(`${CLOUD}/sem/config_write_files`) || root.exists(`/var/lib/cloud/instances/6e0f4ad9-5ba5-5a3b-8a3c-0d6a7e8f9b10/sem/config_write_files`));
    root.write(SETTINGS, '');
    root.remove('/usr/local/sbin/edge-vm-provision');
    boot('final');
    assert.match(root.read(SETTINGS), /ENGINE='moby'/);
    assert.match(root.read('/usr/local/sbin/edge-vm-provision'), /^#!\/bin\/sh/);
    assert.match(root.read('/stub/systemctl'), /^enable edge-vm-provision\.service$/m);
    // From now on the changes of a person stay.
    root.write(SETTINGS, '# edited\n');
    boot('final');
    assert.equal(root.read(SETTINGS), '# edited\n');
    assert.equal(root.read('/stub/own'), 'own\n');
  });

  it('would stay broken without the boot command', () => {
    // The reason for the boot command. If a later cloud-init repeats by itself, this fails, and the boot command can be removed.
    install(userData().replace(/^bootcmd:\n.*\n/m, ''));
    boot('init');
    root.write(SETTINGS, '');
    boot('final');
    assert.equal(root.read(SETTINGS), '');
  });

  it('provisions again for a new instance on a kept disk', () => {
    install(userData());
    boot('final');
    root.write('/var/lib/edge-vm/provisioned', 'then\n');
    root.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: 00000000-5ba5-5a3b-8a3c-0d6a7e8f9b10\n');
    boot('final');
    assert.ok(!root.exists('/var/lib/edge-vm/provisioned'));
  });
});
