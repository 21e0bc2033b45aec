import assert from 'node:assert/strict';
import { Secret, VirtualMachine } from '../../../src/cluster/kinds.js';
import { applyFleet } from '../../../src/fleet/apply/index.js';
import { planFleet } from '../../../src/fleet/apply/plan.js';
import { fleetRequest, type FleetRequest } from '../../../src/fleet/apply/request.js';
import type { FleetContext, FleetEvent } from '../../../src/fleet/context.js';
import { exitCodeOfFleet, summaryOf, type FleetResult } from '../../../src/fleet/outcome.js';
import type { FleetDevice } from '../../../src/fleet/types.js';
import { emptyResult } from '../../../src/readiness/empty-result.js';
import type { Hub } from '../../../src/hub/types.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import type { CauseCode } from '../../../src/support/causes.js';
import { decorated } from '../../../src/support/decorated.js';
import { EdgeVmError, InvalidInputError } from '../../../src/support/errors.js';
import { textAt } from '../../../src/support/plain.js';
import { fleetOf } from '../../helpers/fleet-of.js';
import { putNamespaces } from '../../helpers/put-namespaces.js';
import { scenario, type Scenario } from '../../helpers/scenario.js';

describe('fleet/apply', () => {
  let scene: Scenario;
  let events: FleetEvent[];
  beforeEach(() => {
    scene = scenario();
    putNamespaces(scene.cluster, 'edge');
    events = [];
  });
  const context = (): FleetContext => ({ cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: (event) => void events.push(event) });
  const apply = (devices: readonly FleetDevice[], change: Partial<FleetRequest> = {}, options: Parameters<typeof applyFleet>[2] = {}, own = context()): Promise<FleetResult> =>
    scene.clock.run(applyFleet(own, fleetRequest(devices, { wait: false, ...change }), options));
  const vms = (): string[] => scene.cluster.store.all().filter(({ kind }) => kind === 'VirtualMachine').map(({ metadata }) => metadata.name).sort();
  const tries = (): number => scene.cluster.calls.filter(({ verb, what }) => verb === 'try' && what === 'virtualmachines').length;

  it('creates all; again, it changes nothing', async () => {
    const first = await apply(fleetOf(5));
    assert.deepEqual(vms(), ['gw-01', 'gw-02', 'gw-03', 'gw-04', 'gw-05']);
    assert.deepEqual(first.items.map(({ name, stage }) => `${name} ${stage}`), vms().map((name) => `${name} applied`));
    assert.deepEqual({ ...first.summary, seconds: 0 }, { total: 5, good: 5, unread: 0, failed: 0, refused: 0, interrupted: 0, created: 5, changed: 0, unchanged: 0, deleted: 0, causes: {}, seconds: 0 });
    const again = await apply(fleetOf(5));
    assert.equal(again.summary.unchanged, 5);
    assert.equal(exitCodeOfFleet(again.items), 0);
  });

  it('asks the hub for the key of each device, but not for those of many that it has and whose Secret has a key', async () => {
    const asked: string[] = [];
    scene.hub.before = (call) => void asked.push(call);
    const hub: Hub = decorated<Hub>(scene.hub, { foresee: async (ids) => new Set(ids.filter((id) => scene.hub.devices.has(id))) });
    const own = { ...context(), hub };
    const times = (call: string): number => asked.splice(0).filter((one) => one === call).length;
    assert.equal((await apply(fleetOf(60), {}, {}, own)).summary.created, 60);
    asked.length = 0;
    assert.equal((await apply(fleetOf(60), {}, {}, own)).summary.unchanged, 60);
    assert.equal(times('getDevice'), 0);
    // Somebody deleted one, and the Secret of another one.
    scene.hub.devices.delete('gw-07');
    await scene.cluster.delete({ type: Secret, name: 'gw-09-cloud-init', namespace: 'edge' });
    const { items } = await apply(fleetOf(60), {}, {}, own);
    assert.deepEqual(items.filter(({ changes }) => changes.some(({ outcome }) => outcome !== 'unchanged')).map(({ name }) => name), ['gw-09']);
    assert.ok(scene.hub.devices.has('gw-07'));
    assert.equal(times('getDevice'), 2);
    await apply(fleetOf(40), {}, {}, own);
    assert.equal(times('getDevice'), 40, 'of few, the hub is asked for each');
  });

  it('a device that fails does not stop the others, wherever it fails', async () => {
    scene.hub.register('gw-02', { edgeEnabled: false });
    scene.cluster.before = ({ verb, what }) => {
      if (verb === 'apply' && what === 'virtualmachines' && scene.cluster.calls.filter((call) => call.verb === 'apply' && call.what === what).length === 2) throw new EdgeVmError('admission-refused', 'quota exceeded');
    };
    const { items, summary } = await apply(fleetOf(5), { concurrency: 1 });
    assert.deepEqual(items.map(({ cause }) => cause?.code), [undefined, 'not-edge-enabled', 'admission-refused', undefined, undefined]);
    assert.deepEqual(summary.causes, { 'not-edge-enabled': 1, 'admission-refused': 1 });
    assert.deepEqual(vms(), ['gw-01', 'gw-04', 'gw-05']);
    assert.deepEqual([...scene.hub.devices.keys()].sort(), ['gw-01', 'gw-02', 'gw-04', 'gw-05'], 'the refused device is not left in the hub');
    assert.equal(events.filter(({ type }) => type === 'ended').length, 5);
    assert.equal((await apply(fleetOf(5))).summary.good, 4, 'the next run continues');
  });

  it('tries manifests of one shape once; another shape has its own trial, and a refusal counts for one device', async () => {
    await apply(fleetOf(6, (index) => (index < 3 ? {} : { spec: { identity: { register: {} }, vm: { memory: '3Gi' } } })));
    assert.equal(tries(), 2);
    scene = scenario();
    putNamespaces(scene.cluster, 'edge');
    let refused = 0;
    scene.cluster.before = ({ verb, what }) => {
      if (verb === 'try' && what === 'virtualmachines' && (refused += 1) === 1) throw new EdgeVmError('admission-refused', 'not this one');
    };
    const { items } = await apply(fleetOf(4), { concurrency: 1 });
    assert.deepEqual(items.map(({ cause }) => cause?.code), ['admission-refused', undefined, undefined, undefined]);
    assert.deepEqual([...scene.hub.devices.keys()], ['gw-02', 'gw-03', 'gw-04']);
  });

  it('a plan tries new devices too, once for each shape, and changes nothing', async () => {
    const two = (): FleetDevice[] => fleetOf(6, (index) => (index < 3 ? {} : { spec: { identity: { register: {} }, vm: { memory: '3Gi' } } }));
    const plan = (devices: readonly FleetDevice[]): ReturnType<typeof planFleet> => scene.clock.run(planFleet(context(), fleetRequest(devices, { dryRun: 'client', tryChanges: true, wait: false, concurrency: 1 })));
    assert.ok((await plan(two())).every(({ failed }) => failed === undefined));
    assert.deepEqual([tries(), scene.cluster.writes, scene.hub.devices.size], [2, [], 0]);
    const labelled = fleetOf(6, (index) => ({ metadata: { name: `gw-0${index + 1}`, labels: { tier: index < 2 ? 'gold' : 'silver' } } }));
    const before = tries();
    await plan(labelled);
    assert.equal(tries() - before, 2, 'a policy may allow only some values of labels');
    scene.cluster.before = ({ verb, what }) => {
      if (verb === 'try' && what === 'virtualmachines') throw new EdgeVmError('admission-refused', 'policy: no devices here');
    };
    const refused = await plan(two());
    assert.deepEqual(refused.map(({ failed }) => [failed?.cause?.code, failed?.untouched]), two().map(() => ['admission-refused', true]));
  });

  it('reads no more for many new devices than for few', async () => {
    scene.cluster.served.add('edge-vm.io/v1alpha1');
    const readsOf = async (count: number): Promise<string[]> => {
      const before = scene.cluster.calls.length;
      await apply(fleetOf(count).map((one) => ({ ...one, device: { ...one.device, metadata: { ...one.device.metadata, name: `${one.device.metadata.name}-of-${count}` } } })), { dryRun: 'client' });
      return scene.cluster.calls.slice(before).filter(({ verb }) => verb === 'get' || verb === 'list').map(({ verb, what }) => `${verb} ${what}`).sort();
    };
    assert.deepEqual(await readsOf(9), await readsOf(2));
  });

  it('asks about single Secrets if it may not list them', async () => {
    scene.cluster.forbidden.add('list secrets');
    assert.deepEqual(await apply(fleetOf(2)).then(({ summary }) => summary.good), 2);
    assert.equal((await apply(fleetOf(2))).summary.unchanged, 2);
  });

  it('works on no more devices at a time than asked for, but follows all', async () => {
    let now = 0;
    let most = 0;
    const { hub } = scene;
    const ensure = hub.ensureDevice.bind(hub);
    hub.ensureDevice = async (...args) => {
      most = Math.max(most, now += 1);
      await scene.clock.sleep(1000);
      now -= 1;
      return ensure(...args);
    };
    await apply(fleetOf(7), { concurrency: 3 });
    assert.equal(most, 3);
    const { items } = await apply(fleetOf(7), { wait: true, timeoutMs: 60_000, concurrency: 3 });
    assert.ok(items.every(({ cause }) => cause?.code === 'timed-out'), 'nobody reports in this hub');
    const ends = events.flatMap((event) => (event.type === 'ended' && event.result.cause !== undefined ? [event.at] : []));
    assert.ok(Math.max(...ends) - Math.min(...ends) < 1000, 'all wait until the end of the same run');
  });

  it('asks before anything changes, about all devices at once', async () => {
    await apply(fleetOf(3, () => ({ metadata: { labels: { site: 'north' } } })));
    const before = scene.cluster.writes.length;
    const asked: string[] = [];
    await assert.rejects(apply(fleetOf(3), {}, {
      confirm: async (planned) => {
        asked.push(...planned.map(({ name, prepared }) => `${name} ${prepared?.consequences.map(({ path, removed }) => `${path} ${removed}`).join()}`));
        throw new EdgeVmError('interrupted', 'no');
      },
    }), /no/);
    assert.deepEqual(asked, ['gw-01 metadata.labels true', 'gw-02 metadata.labels true', 'gw-03 metadata.labels true']);
    assert.equal(scene.cluster.writes.length, before);
  });

  it('if nobody is asked, new devices are applied while others are checked, and existing ones after confirm', async () => {
    await apply(fleetOf(1, () => ({ metadata: { labels: { site: 'north' } } })));
    events = [];
    const seen: unknown[] = [];
    const get = scene.hub.getDevice.bind(scene.hub);
    scene.hub.getDevice = async (id, ...rest) => {
      if (id !== 'gw-04') return get(id, ...rest);
      await scene.clock.sleep(10_000);
      seen.push(vms());
      return get(id, ...rest);
    };
    const site = (): unknown => scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.labels?.['site'];
    const { items } = await apply(fleetOf(4), {}, { eager: true, confirm: async (planned) => void seen.push(planned.length, site()) });
    assert.deepEqual(seen, [['gw-01', 'gw-02', 'gw-03'], 4, 'north'], 'the slow check of gw-04 stopped no new device');
    assert.deepEqual([items.map(({ name, stage, cause }) => [name, stage, cause?.code]), site()], [['gw-01', 'gw-02', 'gw-03', 'gw-04'].map((name) => [name, 'applied', undefined]), undefined]);
    const phases = events.flatMap((event) => (event.type === 'phase' ? [`${event.phase} ${event.total}`] : event.type === 'ended' ? [event.result.name] : []));
    assert.deepEqual([...phases.slice(0, 4), ...phases.slice(4).sort()], ['check 4', 'gw-02', 'gw-03', 'apply 2', 'gw-01', 'gw-04']);
    assert.equal(scene.cluster.calls.filter(({ verb, what }) => verb === 'apply' && what === 'virtualmachines').length, 1 + 4, 'each is applied once');
  });

  it('applies eagerly no more devices at a time than asked for, none in a dry run, and waits for them if the run ends', async () => {
    assert.equal((await apply(fleetOf(2), { dryRun: 'client' }, { eager: true })).summary.created, 2);
    assert.deepEqual(vms(), []);
    let now = 0;
    let most = 0;
    const ensure = scene.hub.ensureDevice.bind(scene.hub);
    scene.hub.ensureDevice = async (...args) => {
      most = Math.max(most, now += 1);
      await scene.clock.sleep(1000);
      now -= 1;
      return ensure(...args);
    };
    await assert.rejects(apply(fleetOf(5), { concurrency: 2 }, { eager: true, confirm: () => Promise.reject(new Error('unexpected')) }), /unexpected/);
    assert.deepEqual([most, now, vms().length], [2, 0, 5]);
  });

  it('a dry run changes nothing, and says what it would do', async () => {
    const { items, summary } = await apply(fleetOf(3), { dryRun: 'client' }, { confirm: async () => assert.fail() });
    assert.deepEqual(vms(), []);
    assert.deepEqual([summary.created, summary.failed], [3, 0]);
    assert.ok(items.every(({ dryRun }) => dryRun === 'client'));
    await apply(fleetOf(1), { dryRun: 'server' });
    assert.deepEqual([vms(), [...scene.hub.devices.keys()]], [[], []]);
  });

  for (const eager of [false, true]) it(`ended by a person, it has a result for each device and begins no other${eager ? ', also while others are checked' : ''}`, async () => {
    const end = new AbortController();
    const own: FleetContext = { ...context(), signal: end.signal, onEvent: (event) => {
      if (event.type === 'device' && event.name === 'gw-02' && event.event.type === 'step' && event.event.step === 'apply' && event.event.state === 'done') end.abort();
    } };
    const { items } = await apply(fleetOf(5), { concurrency: 1 }, { eager }, own);
    assert.deepEqual(items.slice(2).map(({ cause }) => cause?.code), ['interrupted', 'interrupted', 'interrupted']);
    assert.deepEqual(vms(), ['gw-01', 'gw-02']);
    assert.equal(exitCodeOfFleet(items), 130);
  });

  it('refuses the devices of a namespace that does not exist before anything changes, and does the others', async () => {
    const { items } = await apply(fleetOf(3, (index) => (index === 0 ? { metadata: { namespace: 'nowhere' } } : {})));
    assert.deepEqual(items.map(({ cause }) => cause?.message), ['namespace nowhere does not exist', undefined, undefined]);
    assert.deepEqual(items[0]!.cause, { code: 'not-found', message: 'namespace nowhere does not exist', hint: 'Make it: kubectl create namespace nowhere' });
    assert.deepEqual(vms(), ['gw-02', 'gw-03']);
  });

  it('out of time, each device names its step and what holds the hub up', async () => {
    const trouble = { code: 'hub-throttled', message: 'hub h throttles: cannot register devices now', hint: 'Add units' } as const;
    const hub = Object.assign(scene.hub, {
      stats: { requests: 0, connections: 0, trouble },
      ensureDevice: (_id: string, { signal }: { signal?: AbortSignal } = {}) => new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })),
    });
    const { items } = await apply(fleetOf(2), { timeoutMs: 5000 }, {}, { ...context(), hub });
    assert.deepEqual(items.map(({ cause }) => cause?.code), ['timed-out', 'timed-out']);
    for (const { cause } of items) {
      assert.match(cause!.message, /^the time was up before all objects were applied, at: register.*; hub h throttles: cannot register devices now$/);
      assert.match(cause!.hint!, /^Add units\. Do the same again/);
    }
  });

  it('refuses a device that the namespace of the kubeconfig makes the same as another one', async () => {
    const [one] = fleetOf(1);
    const twin: FleetDevice = { ...one!, place: 'b.yaml', device: { ...one!.device, metadata: { ...one!.device.metadata, namespace: 'edge' } } };
    await assert.rejects(apply([one!, twin]), (error) => error instanceof InvalidInputError && /b\.yaml: metadata\.name: device gw-01 of namespace edge is also in row 1/.test(error.message));
    assert.deepEqual(vms(), []);
  });

  it('without a cluster, the whole run ends', async () => {
    scene.cluster.serves = async () => {
      throw new EdgeVmError('no-cluster', 'nobody answers');
    };
    await assert.rejects(apply(fleetOf(3)), (error) => EdgeVmError.is(error) && error.code === 'no-cluster');
    assert.deepEqual(events, []);
  });
});

describe('fleet/outcome', () => {
  const ended = (code?: CauseCode): DeviceResult => ({ ...emptyResult('a', 'edge'), ...(code === undefined ? {} : { cause: { code, message: '' } }) });
  const cases: [codes: (CauseCode | undefined)[], exit: number][] = [
    [[undefined, undefined], 0], [[], 0], [[undefined, 'timed-out'], 4], [['timed-out', 'invalid-input'], 2], [['invalid-input', 'forbidden'], 3],
    [['forbidden', 'unschedulable', 'timed-out'], 5], [['unschedulable', 'unexpected'], 1], [['unexpected', 'interrupted'], 130],
  ];
  for (const [codes, exit] of cases) it(`${codes.map((code) => code ?? 'good').join(', ') || 'no device'} ends with ${exit}`, () => assert.equal(exitCodeOfFleet(codes.map(ended)), exit));

  it('counts those that were not read in time apart from the failed ones; both end with 4', () => {
    const items: DeviceResult[] = [ended(), { ...ended('timed-out'), unread: true }, ended('timed-out'), ended('interrupted')];
    const { good, unread, failed, interrupted, total, causes } = summaryOf(items, 1);
    assert.deepEqual([good, unread, failed, interrupted, total, causes], [1, 1, 1, 1, 4, { 'timed-out': 2, interrupted: 1 }]);
    assert.equal(exitCodeOfFleet(items.slice(0, 2)), 4);
  });

  it('counts a device once, by its machine', () => {
    const of = (changes: DeviceResult['changes']): DeviceResult => ({ ...ended(), changes });
    const { created, changed, unchanged, deleted } = summaryOf([
      of([{ kind: 'Secret', name: 'a', outcome: 'created' }, { kind: 'VirtualMachine', name: 'a', outcome: 'created' }]),
      of([{ kind: 'Secret', name: 'a', outcome: 'changed' }, { kind: 'VirtualMachine', name: 'a', outcome: 'unchanged' }]),
      of([{ kind: 'VirtualMachine', name: 'a', outcome: 'unchanged' }]),
      of([{ kind: 'VirtualMachine', name: 'a', outcome: 'deleted' }, { kind: 'DataVolume', name: 'a', outcome: 'kept' }]),
      of([{ kind: 'DataVolume', name: 'a', outcome: 'deleted' }]), of([]),
    ], 1);
    assert.deepEqual([created, changed, unchanged, deleted], [1, 1, 1, 2]);
  });
});

describe('fleet/snapshot', () => {
  it('reads the cluster by lists, not device by device; a refusal counts for all', async () => {
    const requests = async (count: number): Promise<Map<string, number>> => {
      const scene = scenario();
      putNamespaces(scene.cluster, 'edge');
      const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: () => undefined };
      await scene.clock.run(applyFleet(context, fleetRequest(fleetOf(count), { dryRun: 'client' })));
      const calls = new Map<string, number>();
      for (const { verb, what } of scene.cluster.calls) calls.set(`${verb} ${what}`, (calls.get(`${verb} ${what}`) ?? 0) + 1);
      return calls;
    };
    const many = await requests(20);
    assert.deepEqual([...many].filter(([, count]) => count > 2), []);
    assert.equal(many.get('list nodes'), 1);
  });

  it('waits for the end of an old machine of that name, which a list of the start would never show', async () => {
    const scene = scenario();
    putNamespaces(scene.cluster, 'edge');
    const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: () => undefined };
    const request = fleetRequest(fleetOf(2), { wait: false });
    await scene.clock.run(applyFleet(context, request));
    const vm = { type: VirtualMachine, name: 'gw-01', namespace: 'edge' };
    const old = (await scene.cluster.get(vm))!.metadata.uid;
    await scene.cluster.mergePatch(vm, { metadata: { finalizers: ['test/hold'] } });
    await scene.cluster.delete(vm);
    const letGo = async (): Promise<void> => {
      await scene.clock.sleep(20_000);
      await scene.cluster.mergePatch(vm, { metadata: { finalizers: [] } });
    };
    const [{ items }] = await Promise.all([scene.clock.run(applyFleet(context, request)), letGo()]);
    assert.deepEqual(items.map(({ cause }) => cause?.code), [undefined, undefined]);
    assert.notEqual((await scene.cluster.get(vm))?.metadata.uid, old);
  });

  it('gives the warnings of a device once although it looks twice, and does not say of a refused one that it would be registered', async () => {
    for (const dryRun of ['client', 'server'] as const) {
      const scene = scenario();
      putNamespaces(scene.cluster, 'edge');
      const warnings: string[] = [];
      const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: (event) => void (event.type === 'device' && event.event.type === 'warning' && warnings.push(`${event.name}: ${event.event.message}`)) };
      for (const name of ['gw-01', 'gw-02']) scene.cluster.store.put({ apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: `${name}-root`, namespace: 'edge' }, status: { phase: 'Succeeded' } }, new Map());
      const { items } = await scene.clock.run(applyFleet(context, fleetRequest(fleetOf(3, () => ({ spec: { guest: { sshKeys: [] } } })), { wait: false, dryRun })));
      assert.deepEqual(items.map(({ cause }) => cause?.code), ['not-owned', 'not-owned', undefined]);
      assert.deepEqual(warnings.filter((one) => one.includes('nobody can log in')).map((one) => one.slice(0, 5)).sort(), ['gw-01', 'gw-02', 'gw-03']);
      assert.deepEqual(warnings.filter((one) => one.includes('would be registered')), ['gw-03: device gw-03 would be registered in hub.example.net']);
    }
  });

  it('refuses identities of machines in another namespace, with one list for all devices', async () => {
    const scene = scenario({ kubevirt: false });
    putNamespaces(scene.cluster, 'edge', 'other');
    const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: () => undefined };
    await scene.clock.run(applyFleet(context, fleetRequest(fleetOf(2), { wait: false })));
    const everywhere: (string | undefined)[] = [];
    const list = scene.cluster.list.bind(scene.cluster);
    scene.cluster.list = async (type, options) => {
      if (type.kind === 'VirtualMachine' && options?.namespace === undefined) everywhere.push(options?.labelSelector);
      return list(type, options);
    };
    const elsewhere = fleetOf(4).map((one) => ({ ...one, device: { ...one.device, metadata: { ...one.device.metadata, namespace: 'other' } } }));
    const { items } = await scene.clock.run(applyFleet(context, fleetRequest(elsewhere, { wait: false })));
    assert.deepEqual(items.map(({ cause }) => cause?.code), ['identity-in-use', 'identity-in-use', undefined, undefined]);
    // One for the check of all, and one more look before each refusal.
    assert.equal(everywhere.length, 3);
  });

  it('looks again before it refuses for what came meanwhile: an instance that started after the list', async () => {
    const scene = scenario({ kubevirt: false });
    putNamespaces(scene.cluster, 'edge');
    const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: () => undefined };
    const request = fleetRequest(fleetOf(2), { wait: false });
    await scene.clock.run(applyFleet(context, request));
    const ping = scene.hub.ping.bind(scene.hub);
    scene.hub.answering.add('gw-01');
    let started = false;
    scene.hub.ping = async (id) => {
      if (id === 'gw-01' && !started) {
        started = true;
        await scene.cluster.create({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: id, namespace: 'edge' }, spec: {}, status: { phase: 'Running' } });
      }
      return ping(id);
    };
    const { items } = await scene.clock.run(applyFleet(context, request));
    assert.deepEqual(items.map(({ cause }) => cause?.code), [undefined, undefined]);
    assert.ok(started);
    scene.hub.answering.add('gw-02');
    const again = await scene.clock.run(applyFleet(context, request));
    assert.deepEqual(again.items.map(({ cause }) => cause?.code), [undefined, 'identity-in-use'], 'another machine has it');
  });

  it('sends nothing for devices that are as they should be; a Secret that somebody changed is put right', async () => {
    const scene = scenario();
    putNamespaces(scene.cluster, 'edge');
    const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: () => undefined };
    const apply = (change: Partial<FleetRequest> = {}): Promise<FleetResult> => scene.clock.run(applyFleet(context, fleetRequest(fleetOf(3), { wait: false, ...change })));
    await apply();
    const before = scene.cluster.writes.length;
    assert.deepEqual((await apply()).items.map(({ changes }) => changes.map(({ outcome }) => outcome).join()), Array.from({ length: 3 }, () => 'unchanged,unchanged'));
    assert.equal(scene.cluster.writes.length, before);
    await scene.cluster.mergePatch({ type: Secret, name: 'gw-02-cloud-init', namespace: 'edge' }, { data: { userdata: Buffer.from('#cloud-config').toString('base64') } });
    await apply();
    assert.notEqual(textAt(scene.cluster.find('Secret', 'gw-02-cloud-init'), 'data', 'userdata'), Buffer.from('#cloud-config').toString('base64'));
    const written = scene.cluster.writes.length;
    await apply({ restart: true });
    assert.ok(scene.cluster.writes.length > written, 'a restart is work');
  });
});
