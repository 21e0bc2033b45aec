import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeVmError, type Cluster, type KubeObject, type WatchEvent } from 'edge-vm';
import { statusAt } from '../../src/importer/dv-status.js';
import { claimDefaults, type ClaimDefaults, type ClaimPropertySet } from '../../src/importer/claim.js';
import { fill } from '../../src/importer/fill.js';
import { runImporter } from '../../src/importer/index.js';
import { mayBind, PROVISIONER, volumeFor } from '../../src/importer/provisioner.js';
import { failureOf, sourceOf } from '../../src/importer/source.js';
import { setLauncherReady } from '../../src/node/launcher-readiness.js';
import { FakeCluster } from './fake-cluster.js';

const dataVolume = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume',
  metadata: { name: 'root', namespace: 'default', uid: 'dv-1', labels: { mine: 'yes' } },
  spec: { storage: { resources: { requests: { storage: '8Gi' } } }, ...spec },
});
const storageClass = (name: string, volumeBindingMode: string, isDefault = false): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: PROVISIONER, volumeBindingMode,
  metadata: { name, annotations: isDefault ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {} },
});
const profile = (name: string, claimPropertySets: ClaimPropertySet[]): KubeObject =>
  ({ apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'StorageProfile', metadata: { name }, status: { claimPropertySets } });
const conditionsOf = (object: KubeObject): Record<string, string> =>
  Object.fromEntries((object.status?.conditions ?? []).map(({ type, status, reason, message }) => [type, `${status}/${reason}/${message}`]));

describe('the importer', () => {
  let cluster: FakeCluster;
  let stop: AbortController;

  beforeEach(() => {
    cluster = new FakeCluster();
    stop = new AbortController();
    cluster.put(storageClass('lab-disk', 'Immediate', true));
    cluster.put(storageClass('lab-wffc', 'WaitForFirstConsumer'));
    for (const name of ['lab-disk', 'lab-wffc']) cluster.put(profile(name, [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }]));
    // Kubernetes binds a claim to its volume.
    cluster.onWrite = (object) => {
      if (object.kind === 'PersistentVolumeClaim') object.status ??= { phase: 'Bound' };
    };
  });
  afterEach(() => stop.abort());

  const run = (object: KubeObject): Promise<void> => fill(cluster.put(object), { cluster: cluster.port, signal: stop.signal, stepMs: 1 });
  const events = (): string[] => cluster.all('Event').map((event) => `${String(event.type)} ${String(event.reason)}`);

  it('fills a claim of the default class, owned by the DataVolume, through CDI’s phases', async () => {
    const object = dataVolume({ source: { registry: { url: 'docker://quay.io/x/y:1' } } });
    await run(object);
    assert.deepEqual(cluster.history, ['ImportScheduled N/A', 'ImportInProgress 12.34%', 'ImportInProgress 57.80%', 'ImportInProgress 98.70%', 'Succeeded 100.0%']);
    const claim = cluster.find('PersistentVolumeClaim', 'root')!;
    assert.equal(claim.metadata.ownerReferences![0]!.uid, 'dv-1');
    assert.equal(claim.metadata.labels!.mine, 'yes');
    assert.equal(claim.metadata.annotations!['cdi.kubevirt.io/storage.pod.phase'], 'Succeeded');
    assert.equal(claim.metadata.annotations!['cdi.kubevirt.io/storage.import.endpoint'], 'docker://quay.io/x/y:1');
    assert.deepEqual(claim.spec, { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem', resources: { requests: { storage: '8Gi' } }, storageClassName: 'lab-disk' });
    assert.deepEqual(conditionsOf(cluster.find('DataVolume', 'root')!), { Bound: 'True/Bound/PVC root Bound', Ready: 'True//', Running: 'False/Completed/Import Complete' });
    assert.deepEqual(events(), ['Normal ImportScheduled', 'Normal ImportInProgress', 'Normal ImportSucceeded']);
  });

  it('tries again by itself after the API server did not answer in the middle', async () => {
    const object = cluster.put(dataVolume({ source: { blank: {} } }));
    let outages = 2;
    const create = cluster.create.bind(cluster);
    cluster.create = async (made) => {
      if (made.kind === 'PersistentVolumeClaim' && outages-- > 0) throw new EdgeVmError('no-cluster', 'away');
      return create(made);
    };
    async function* watch(): AsyncGenerator<WatchEvent> {
      yield { type: 'added', object };
      // Nothing changes the DataVolume any more.
      await delay(60_000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    const log: string[] = [];
    const running = runImporter({ cluster: Object.assign(cluster, { watch }) as unknown as Cluster, signal: stop.signal, stepMs: 1, log: (line) => log.push(line) });
    while (cluster.history.at(-1) !== 'Succeeded 100.0%') await delay(2);
    assert.deepEqual(log, ['importer: default/root: away', 'importer: default/root: away']);
    stop.abort();
    await running;
  });

  it('never gives up on a source that cannot be reached, and counts its restarts', async () => {
    const object = dataVolume({ source: { http: { url: 'https://broken.invalid/disk.img' } } });
    const running = run(object);
    await untilTrue(() => Number(cluster.find('DataVolume', 'root')!.status?.restartCount) >= 2 && conditionsOf(cluster.find('DataVolume', 'root')!).Running!.startsWith('False'));
    const { Running, Ready } = conditionsOf(cluster.find('DataVolume', 'root')!);
    assert.equal(Running, 'False/Error/Unable to connect to http data source: Get "https://broken.invalid/disk.img": dial tcp: lookup broken.invalid: no such host');
    assert.match(Ready!, /^False/);
    assert.equal(cluster.history.at(-1), 'ImportInProgress N/A');
    stop.abort();
    await assert.rejects(running, { name: 'AbortError' });
  });

  it('waits for a clone’s source, saying what is missing, and goes on when it appears', async () => {
    const running = run(dataVolume({ source: { pvc: { name: 'golden', namespace: 'images' } } }));
    await untilTrue(() => events().includes('Warning CloneWithoutSource'));
    assert.equal(conditionsOf(cluster.find('DataVolume', 'root')!).Bound, "False/CloneWithoutSource/The source pvc golden doesn't exist");
    assert.equal(cluster.find('PersistentVolumeClaim', 'root'), undefined);
    cluster.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'golden', namespace: 'images' } });
    await running;
    assert.equal(cluster.history.at(-1), 'Succeeded 100.0%');
    assert.ok(cluster.history.includes('CloneInProgress 57.80%'));
  });

  it('waits for the first consumer where the class does', async () => {
    cluster.onWrite = (object) => {
      if (object.kind === 'PersistentVolumeClaim') object.status ??= { phase: 'Pending' };
    };
    const running = run(dataVolume({ source: { blank: {} }, storage: { storageClassName: 'lab-wffc', resources: { requests: { storage: '1Gi' } } } }));
    await untilTrue(() => cluster.history.length > 0);
    assert.deepEqual(cluster.history, ['WaitForFirstConsumer N/A']);
    cluster.find('PersistentVolumeClaim', 'root')!.status = { phase: 'Bound' };
    await running;
    assert.equal(cluster.history.at(-1), 'Succeeded 100.0%');
  });

  it('does not touch a claim of somebody else', async () => {
    cluster.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'root', namespace: 'default' } });
    const running = run(dataVolume({ source: { blank: {} } }));
    await untilTrue(() => events().includes('Warning ErrResourceExists'));
    assert.equal(cluster.history.at(-1), 'Pending');
    stop.abort();
    await assert.rejects(running, { name: 'AbortError' });
  });

  it('says why it can make no claim, as CDI does, and goes on when it can', async () => {
    cluster.put(storageClass('bare', 'Immediate'));
    const running = run(dataVolume({ source: { blank: {} }, storage: { storageClassName: 'bare', resources: { requests: { storage: '1Gi' } } } }));
    await untilTrue(() => events().length >= 2);
    const messages = cluster.all('Event').map((event) => event['message']);
    assert.deepEqual(messages, ['Spec is missing accessMode and volumeMode, cannot get access mode from StorageProfile bare', 'no accessMode specified in StorageProfile bare']);
    assert.deepEqual(events(), ['Warning ErrClaimNotValid', 'Warning ErrClaimNotValid']);
    const volume = cluster.find('DataVolume', 'root')!;
    assert.deepEqual(conditionsOf(volume), { Bound: 'False/ErrClaimNotValid/no accessMode specified in StorageProfile bare', Ready: 'False//', Running: 'False//' });
    assert.equal(volume.status?.['phase'], undefined);
    cluster.put(profile('bare', [{ accessModes: ['ReadWriteMany'], volumeMode: 'Block' }]));
    await running;
    assert.deepEqual(cluster.find('PersistentVolumeClaim', 'root')!.spec, { accessModes: ['ReadWriteMany'], volumeMode: 'Block', resources: { requests: { storage: '1Gi' } }, storageClassName: 'bare' });
  });

  const sets = [{ accessModes: ['ReadWriteMany'], volumeMode: 'Block' }, { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }];
  const claims: [what: string, storage: Record<string, unknown>, expected: Partial<ClaimDefaults> | RegExp][] = [
    ['the first set of the default class', {}, { storageClass: 'full', accessModes: ['ReadWriteMany'], volumeMode: 'Block' }],
    ['the access modes of a volume mode', { volumeMode: 'Filesystem' }, { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }],
    ['the volume mode of an access mode', { accessModes: ['ReadWriteOnce'] }, { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }],
    ['both as they are given', { accessModes: ['ReadOnlyMany'], volumeMode: 'Block' }, { accessModes: ['ReadOnlyMany'], volumeMode: 'Block' }],
    ['an access mode that no profile knows', { storageClassName: 'empty', accessModes: ['ReadWriteOnce'] }, { storageClass: 'empty', accessModes: ['ReadWriteOnce'], volumeMode: undefined }],
    ['no access mode without a profile', { storageClassName: 'empty' }, /^no accessMode specified in StorageProfile empty$/],
    ['no access mode for another volume mode', { storageClassName: 'half', volumeMode: 'Block' }, /^no matching accessMode specified in StorageProfile half$/],
    ['no access mode without a class', { storageClassName: 'nowhere' }, /^PVC spec is missing accessMode and no storageClass to choose profile$/],
    ['a class that is not there, with an access mode', { storageClassName: 'nowhere', accessModes: ['ReadWriteOnce'] }, { storageClass: 'nowhere', accessModes: ['ReadWriteOnce'] }],
  ];
  for (const [what, storage, expected] of claims) {
    it(`takes ${what}`, async () => {
      const profiles: Record<string, ClaimPropertySet[]> = { full: sets, half: [sets[1]!] };
      const result = claimDefaults(dataVolume({ storage }), [storageClass('empty', 'Immediate'), storageClass('half', 'Immediate'), storageClass('full', 'Immediate', true)], async (name) => profiles[name] ?? []);
      if (expected instanceof RegExp) await assert.rejects(result, (error: Error) => expected.test(error.message));
      else {
        const got = await result;
        for (const [key, value] of Object.entries(expected)) assert.deepEqual(got[key as keyof ClaimDefaults], value, key);
      }
    });
  }

  for (const [source, failure] of [
    [{ registry: { url: 'docker://quay.io/x:1' } }, undefined],
    [{ registry: { url: 'docker://broken.invalid/x:1' } }, 'ImagePullFailed'],
    [{ registry: { url: 'docker://broken.invalid:5000/x:1' } }, 'ImagePullFailed'],
    [{ http: { url: 'https://a.b.INVALID/x' } }, 'Error'],
    [{ http: { url: 'https://invalid.example.com/broken.invalid' } }, undefined],
    [{ blank: {} }, undefined],
  ] as const) {
    it(`${failure === undefined ? 'can' : 'cannot'} reach ${JSON.stringify(source)}`, () => assert.equal(failureOf(sourceOf(dataVolume({ source })))?.reason, failure));
  }

  it('keeps the time of a condition that did not change', () => {
    const object = dataVolume({});
    object.status = statusAt(object, { phase: 'Pending', claim: 'Pending' }, new Date(1000));
    const later = statusAt(object, { phase: 'ImportScheduled', claim: 'Bound' }, new Date(5000)) as { conditions: { type: string; lastTransitionTime: string }[] };
    assert.deepEqual(later.conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]), [
      ['Bound', '1970-01-01T00:00:05Z'], ['Ready', '1970-01-01T00:00:01Z'], ['Running', '1970-01-01T00:00:01Z'],
    ]);
  });
});

describe('the storage driver', () => {
  const claim: KubeObject = {
    apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'n', uid: 'u' },
    spec: { storageClassName: 'lab-disk', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } } },
  };

  it('makes a volume for this claim alone', () => {
    const { metadata, spec } = volumeFor(claim) as { metadata: { name: string }; spec: Record<string, unknown> };
    assert.equal(metadata.name, 'pvc-u');
    assert.deepEqual(spec.claimRef, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'n', name: 'c', uid: 'u' });
    assert.deepEqual(spec.capacity, { storage: '3Gi' });
  });

  it('waits for a consumer’s node where the class says so', () => {
    const chosen = { ...claim, metadata: { ...claim.metadata, annotations: { 'volume.kubernetes.io/selected-node': 'node-1' } } };
    assert.equal(mayBind(claim, storageClass('a', 'Immediate')), true);
    assert.equal(mayBind(claim, storageClass('a', 'WaitForFirstConsumer')), false);
    assert.equal(mayBind(chosen, storageClass('a', 'WaitForFirstConsumer')), true);
  });
});

describe('setLauncherReady', () => {
  const pod = (probe: boolean): KubeObject => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', resourceVersion: '7' },
    spec: { containers: [{ name: 'compute', ...(probe ? { readinessProbe: {} } : {}) }, { name: 'other' }] },
    status: { conditions: [{ type: 'Ready', status: 'False' }, { type: 'Initialized', status: 'True' }], containerStatuses: [{ name: 'compute', ready: false }, { name: 'other', ready: true }] },
  });

  it('makes pod and compute container ready, and leaves the rest', async () => {
    const cluster = new FakeCluster();
    cluster.put(pod(true));
    assert.equal(await setLauncherReady(cluster.port, { namespace: 'n', pod: 'p' }, true), true);
    const status = cluster.find('Pod', 'p', 'n')!.status as { conditions: { type: string; status: string }[]; containerStatuses: object[] };
    assert.deepEqual(status.conditions.map(({ type, status: value }) => `${type} ${value}`), ['Ready True', 'Initialized True']);
    assert.deepEqual(status.containerStatuses, [{ name: 'compute', ready: true }, { name: 'other', ready: true }]);
  });

  it('changes nothing without a probe, or if the pod is gone', async () => {
    const cluster = new FakeCluster();
    cluster.put(pod(false));
    assert.equal(await setLauncherReady(cluster.port, { namespace: 'n', pod: 'p' }, true), true);
    assert.equal(cluster.history.length, 0);
    assert.equal(cluster.find('Pod', 'p', 'n')!.status!.conditions![0]!.status, 'False');
    assert.equal(await setLauncherReady(cluster.port, { namespace: 'n', pod: 'gone' }, true), false);
  });
});

async function untilTrue(look: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !look(); ) {
    assert.ok(Date.now() < end, 'waited 5 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
