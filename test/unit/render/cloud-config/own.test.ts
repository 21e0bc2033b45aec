import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cloudConfigProblems } from '../helpers/cloud-init-schema.js';
import { changedTemplate, refusals, renderWith, type Open } from '../helpers/template.js';
import { device, parsed, userData, written } from './fixture.js';

/** The users that cloud-init itself makes of a cloud-config, and which of them is the default one; it knows the image's `ubuntu`. */
function usersOf(config: unknown): { users: Record<string, Open>; default: string | null } {
  const program = `
import json, sys
sys.path.insert(0, '/usr/lib/python3/dist-packages')
from cloudinit.distros import ug_util
class Distro:
    def get_default_user(self): return {"name": "ubuntu", "lock_passwd": True, "groups": ["adm", "lxd", "sudo"], "shell": "/bin/bash"}
users, _ = ug_util.normalize_users_groups(json.load(sys.stdin), Distro())
name, _ = ug_util.extract_default(dict(users))
print(json.dumps({"users": users, "default": name}))
`;
  const out = execFileSync('python3', ['-c', program], { input: JSON.stringify(config), encoding: 'utf8' });
  return JSON.parse(out) as ReturnType<typeof usersOf>;
}

const render = (cloudConfig: Open, guest: Open = {}): string => userData(device({ cloudConfig, ...guest }));

describe('a cloud-config of the person\'s own', () => {
  it('finds the login user as cloud-init\'s default user, so that keys and passwords for that one reach it', () => {
    const text = render({ ssh_authorized_keys: ['ssh-ed25519 AAAA them'], password: 'x', ssh_import_id: ['gh:them'] }, { sshKeys: ['ssh-ed25519 AAAA me'] });
    assert.deepEqual(cloudConfigProblems(text), []);
    const config = parsed(text);
    const { users, default: name } = usersOf(config);
    assert.deepEqual([name, Object.keys(users)], ['edge', ['edge']]);
    assert.equal(users['edge']!['groups'], 'adm,sudo');
    assert.deepEqual([config['ssh_authorized_keys'], config['password'], config['ssh_import_id']], [['ssh-ed25519 AAAA them'], 'x', ['gh:them']]);
  });

  it('may say more of the login user, in any of the ways of cloud-init', () => {
    for (const own of [
      { users: ['default', { name: 'edge', groups: 'video', ssh_authorized_keys: ['b'] }] }, { users: [{ name: 'default', groups: ['video'], ssh_authorized_keys: ['b'] }] },
      { user: { name: 'edge', groups: ['video'], ssh_authorized_keys: ['b'] } }, { user: { groups: ['video'], ssh_authorized_keys: ['b'] } },
    ]) {
      const text = render(own, { sshKeys: ['a'] });
      assert.deepEqual(cloudConfigProblems(text), []);
      const { users } = usersOf(parsed(text));
      assert.deepEqual(Object.keys(users), ['edge'], JSON.stringify(own));
      assert.deepEqual([users['edge']!['ssh_authorized_keys'], users['edge']!['groups']], [['a', 'b'], 'adm,sudo,video']);
    }
  });

  it('may make other users beside it', () => {
    const { users, default: name } = usersOf(parsed(render({ users: [{ name: 'bob', ssh_redirect_user: true }, 'eve'] })));
    assert.deepEqual([Object.keys(users).sort(), name], [['bob', 'edge', 'eve'], 'edge']);
  });

  it('gives passwords to users that are there', () => {
    const config = parsed(render({ users: [{ name: 'bob' }], chpasswd: { expire: false, users: [{ name: 'bob', password: 'x', type: 'text' }, { name: 'edge', password: 'x', type: 'text' }], list: ['root:x'] } }));
    assert.equal((config['chpasswd'] as Open)['users'].length, 2);
  });

  it('has its older ca-certs read beside edge-vm\'s', () => {
    const config = parsed(render({ 'ca-certs': { 'remove-defaults': true, trusted: ['B'] } }, { caCertificates: ['-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----'] }));
    const certificates = config['ca_certs'] as Open;
    assert.deepEqual([certificates['remove_defaults'], certificates['trusted'].at(-1), config['ca-certs']], [true, 'B', undefined]);
  });

  it('writes files of users that come later once they are there', () => {
    const text = render({ write_files: [
      { path: '/etc/a', content: 'root' }, { path: '/etc/b', owner: 'root:adm', content: 'x' }, { path: '/home/edge/c', owner: 'edge:edge', content: 'x' }, { path: '/etc/d', owner: 'chrony', defer: false, content: 'x' },
      { path: '/var/aziot/secrets/e.pem', owner: 'aziotks:aziotks', permissions: '0600', encoding: 'b64', content: Buffer.from('KEY').toString('base64') },
      { path: '/etc/f', owner: 'root:docker', content: 'x' },
    ] });
    assert.deepEqual(cloudConfigProblems(text), []);
    const entries = (parsed(text)['write_files'] as Open[]).filter((entry) => /^\/(?:etc\/[a-f]|home)/.test(entry['path'] as string) && (entry['path'] as string).length < 14);
    assert.deepEqual(entries.map(({ path, defer }) => [path, defer]), [['/etc/a', undefined], ['/etc/b', undefined], ['/home/edge/c', true], ['/etc/d', false]]);
    const files = written(text);
    assert.match(files.get('/etc/edge-vm/files.manifest')?.text ?? '', /^0600\taziotks\taziotks\t\/etc\/edge-vm\/files\/00\t\/var\/aziot\/secrets\/e\.pem\n0644\troot\tdocker\t\/etc\/edge-vm\/files\/01\t\/etc\/f$/m);
    assert.equal(files.get('/etc/edge-vm/files/00')?.text, 'KEY');
  });

  it('does not show a password in what it refuses', () => {
    for (const own of [{ chpasswd: { list: 'ubuntu:hunter2-canary' } }, { password: 'hunter2-canary', chpasswd: { users: [] } }]) {
      const said = refusals(() => render(own));
      assert.equal(said.length, 1);
      assert.ok(!said[0]!.includes('canary'));
    }
  });
});

describe('a login', () => {
  const credential = (propagationMethod: Open): string => changedTemplate((manifest) => {
    manifest['spec'].template.spec.accessCredentials = [{ sshPublicKey: { source: { secret: { secretName: 'keys' } }, propagationMethod } }];
  });
  const isWarned = (guest: Open, template = changedTemplate(() => undefined)): boolean =>
    renderWith(template, { guest: { sshKeys: [], ...guest } }).warnings.some((warning) => warning.includes('nobody can log in'));

  it('is missed where there is none, and found in each of its ways', () => {
    assert.equal(isWarned({}), true);
    assert.equal(isWarned({ cloudConfig: { users: [{ name: 'bob' }] } }), true);
    for (const cloudConfig of [{ ssh_authorized_keys: ['a'] }, { password: 'x' }, { ssh_import_id: ['gh:a'] }, { users: [{ name: 'bob', hashed_passwd: '$6$x$y' }] }, { user: { ssh_authorized_keys: ['a'] } }]) assert.equal(isWarned({ cloudConfig }), false, JSON.stringify(cloudConfig));
    assert.equal(isWarned({}, credential({ noCloud: {} })), false);
  });

  it('by KubeVirt is for a user that the guest has', () => {
    assert.deepEqual(refusals(() => renderWith(credential({ qemuGuestAgent: { users: ['edge'] } }))), []);
    assert.deepEqual(refusals(() => renderWith(credential({ qemuGuestAgent: { users: ['bob'] } }), { guest: { cloudConfig: { users: [{ name: 'bob' }] } } })), []);
    assert.match(refusals(() => renderWith(credential({ qemuGuestAgent: { users: ['ubuntu'] } })))[0] ?? '', /^spec\.vm\.templateFile: accessCredentials are for ubuntu, which the guest does not have/);
  });
});
