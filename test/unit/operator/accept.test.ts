import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { acceptDevice, hubFor } from '../../../src/operator/accept.js';
import { InvalidInputError } from '../../../src/support/errors.js';

const hubs = ['hub.example.net'];
const resource = (spec: Record<string, unknown>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'gw-01', namespace: 'edge', uid: '1', resourceVersion: '2', generation: 3, ...metadata }, spec, status: { stage: 'connected' } });

async function problemsOf(spec: Record<string, unknown>): Promise<string[]> {
  const error: unknown = await acceptDevice(resource(spec), hubs).catch((one: unknown) => one);
  assert.ok(error instanceof InvalidInputError, String(error));
  return error.problems.map(({ field }) => field);
}

describe('an EdgeDevice resource', () => {
  it('is a device with the resource’s name, its own labels and defaults', async () => {
    const { device, input, identity } = await acceptDevice(resource({ identity: { register: { tags: { site: 'north' } } } }, { labels: { site: 'north', 'helm.sh/chart': 'x' } }), hubs);
    assert.deepEqual(device.metadata, { name: 'gw-01', namespace: 'edge', labels: { site: 'north' } });
    assert.equal(device.spec.vm.memory, '2Gi');
    assert.deepEqual(identity, { kind: 'register', deviceId: 'gw-01', tags: { site: 'north' } });
    assert.equal((input as { status?: unknown }).status, undefined);
    assert.equal(input.spec?.vm, undefined, 'defaults are not kept');
  });

  it('names its Secret', async () => {
    const { identity } = await acceptDevice(resource({ identity: { connectionString: { secretRef: { name: 'keys', key: 'gw' } } } }), []);
    assert.deepEqual(identity, { kind: 'secret', name: 'keys', key: 'gw' });
  });

  it('is refused with every problem at once', async () => {
    assert.deepEqual((await problemsOf({ identity: {}, vm: { cpus: 0 }, unknown: 1 })).sort(), ['spec.identity', 'spec.unknown', 'spec.vm.cpus']);
  });

  it('holds no file and no variable of a person', async () => {
    assert.deepEqual(await problemsOf({ identity: { connectionString: { env: 'CONNECTION_STRING' } } }), ['spec.identity.connectionString']);
    assert.deepEqual(await problemsOf({ identity: { connectionString: { file: '/etc/shadow' } } }), ['spec.identity.connectionString']);
    const register = { register: {} };
    assert.deepEqual(await problemsOf({ identity: register, guest: { cloudConfigFile: '/etc/passwd' } }), ['spec.guest.cloudConfigFile']);
    assert.deepEqual(await problemsOf({ identity: register, guest: { sshKeys: ['~/.ssh/id_ed25519.pub'] } }), ['spec.guest.sshKeys[0]']);
    assert.deepEqual(await problemsOf({ identity: register, edge: { trustBundle: '/etc/ssl/ca.pem' } }), ['spec.edge.trustBundle']);
  });

  it('must say which hub, if the operator has several', () => {
    assert.equal(hubFor(undefined, hubs), 'hub.example.net');
    assert.equal(hubFor('HUB.example.net', hubs), 'hub.example.net');
    assert.throws(() => hubFor(undefined, ['a.net', 'b.net']), (error: InvalidInputError) => error.problems[0]?.field === 'spec.hub.hostname');
    assert.throws(() => hubFor(undefined, []), { code: 'usage' });
    assert.throws(() => hubFor('c.net', hubs), { code: 'usage', message: /no credential for hub c\.net, only for hub\.example\.net/ });
    assert.throws(() => hubFor('hub', hubs), { code: 'invalid-input', message: /spec\.hub\.hostname: must be the whole host name of the hub: hub\.example\.net/ });
  });
});
