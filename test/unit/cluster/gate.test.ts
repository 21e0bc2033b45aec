import assert from 'node:assert/strict';
import { Gate } from '../../../src/cluster/gate.js';
import { callOf } from '../../../src/cluster/traffic.js';
import { ManualClock } from '../../helpers/manual-clock.js';

describe('the gate of an API server', () => {
  let clock: ManualClock;
  let entered: string[];
  let leave: Map<string, () => void>;
  beforeEach(() => {
    clock = new ManualClock();
    [entered, leave] = [[], new Map()];
  });
  const enter = async (gate: Gate, name: string, signal?: AbortSignal): Promise<void> => {
    const done = await gate.enter(signal);
    entered.push(name);
    leave.set(name, done);
  };

  it('lets in as many as it may, and then one for each that leaves, in their order', async () => {
    const gate = new Gate({ limit: 2, clock });
    for (const name of 'abcd') void enter(gate, name);
    await ManualClock.settle();
    assert.deepEqual([entered.join(''), gate.waiting], ['ab', 2]);
    leave.get('b')!();
    leave.get('b')!();
    await ManualClock.settle();
    assert.deepEqual([entered.join(''), gate.waiting], ['abc', 1], 'to leave twice is no second place');
    for (const name of 'ac') leave.get(name)!();
    await ManualClock.settle();
    leave.get('d')!();
    for (const name of 'xy') void enter(gate, name);
    await ManualClock.settle();
    assert.equal(entered.join(''), 'abcdxy');
  });

  it('forgets who gives up while waiting', async () => {
    const gate = new Gate({ limit: 1, clock });
    const impatient = new AbortController();
    void enter(gate, 'a');
    const gone = enter(gate, 'b', impatient.signal);
    void enter(gate, 'c');
    impatient.abort();
    await assert.rejects(gone, { code: 'interrupted' });
    leave.get('a')!();
    await ManualClock.settle();
    assert.equal(entered.join(''), 'ac');
  });

  it('makes all wait when the server asks one of them to, and does not let them come back at the same moment', async () => {
    let turn = 0;
    const gate = new Gate({ clock, random: () => (turn += 0.25) % 1 });
    gate.pause(2_000);
    for (const name of 'abc') void enter(gate, name);
    await clock.advance(1_999);
    assert.deepEqual(entered, []);
    await clock.advance(300);
    assert.equal(entered.join(''), 'a');
    await clock.advance(1_000);
    assert.equal(entered.join(''), 'abc');
  });

  it('waits on if the server asks again meanwhile, but not for less time, nor for hours', async () => {
    const gate = new Gate({ clock, random: () => 0 });
    gate.pause(2_000);
    void enter(gate, 'a');
    await clock.advance(1_000);
    gate.pause(500);
    gate.pause(5_000);
    await clock.advance(4_900);
    assert.deepEqual(entered, []);
    await clock.advance(200);
    assert.deepEqual(entered, ['a']);
    gate.pause(3_600_000);
    void enter(gate, 'b');
    await clock.advance(30_000);
    assert.deepEqual(entered, ['a', 'b']);
  });

  it('gives back the place of one who gives up during a pause, and lets all go when it is closed', async () => {
    const gate = new Gate({ limit: 1, clock });
    gate.pause(10_000);
    const impatient = new AbortController();
    const gone = enter(gate, 'a', impatient.signal);
    for (const name of 'bc') void enter(gate, name);
    impatient.abort();
    await assert.rejects(gone, { code: 'interrupted' });
    gate.close();
    await ManualClock.settle();
    assert.deepEqual([entered.toSorted().join(''), clock.sleeping], ['bc', 0]);
  });
});

describe('the count of requests', () => {
  const cases: [method: string, path: string, expected: string, contentType?: string][] = [
    ['GET', '/api/v1/namespaces/n/secrets/x', 'get secrets'],
    ['GET', '/api/v1/namespaces/n/secrets?limit=500', 'list secrets'],
    ['GET', '/apis/kubevirt.io/v1/virtualmachines?watch=true&a=b', 'watch virtualmachines'],
    ['GET', '/api/v1/namespaces/n', 'get namespaces'],
    ['GET', '/api/v1/namespaces', 'list namespaces'],
    ['POST', '/api/v1/namespaces', 'create namespaces'],
    ['DELETE', '/api/v1/namespaces/n', 'delete namespaces'],
    ['PATCH', '/apis/kubevirt.io/v1/namespaces/n/virtualmachines/gw?x=y', 'apply virtualmachines', 'application/apply-patch+yaml'],
    ['PATCH', '/apis/edge-vm.io/v1alpha1/namespaces/n/edgedevices/gw/status', 'patch edgedevices/status', 'application/merge-patch+json'],
    ['PUT', '/apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachines/gw/start', 'update virtualmachines/start'],
    ['GET', '/api/v1/namespaces/n/pods/p/log', 'get pods/log'],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', 'create selfsubjectrulesreviews'],
    ['GET', '/apis', 'get /apis'],
    ['GET', '/apis/kubevirt.io/v1', 'get /apis'],
    ['GET', '/version', 'get /version'],
    ['GET', '/anything/else', 'get other'],
  ];
  for (const [method, path, expected, contentType] of cases) {
    it(`knows ${method} ${path} as "${expected}"`, () => assert.equal(callOf({ method, path, ...(contentType === undefined ? {} : { contentType }) }), expected));
  }
});
