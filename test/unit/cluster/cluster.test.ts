import assert from 'node:assert/strict';
import { createCluster } from '../../../src/cluster/cluster.js';
import { Service, DataVolume, Pod, resources, Secret, VirtualMachine } from '../../../src/cluster/kinds.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import type { Cluster, KubeObject } from '../../../src/cluster/types.js';
import { json, startFakeApi, status } from './fake-api.js';
import type { FakeApi, Play } from './fake-api.js';

const canary = 'CANARYcanary0123456789abcdefghij';

describe('Cluster', () => {
  let api: FakeApi;
  let cluster: Cluster;
  let play: Play;
  beforeEach(async () => {
    api = await startFakeApi((...args) => play(...args));
    cluster = createCluster(api.transport(), { context: 'fake', namespace: 'own' });
  });
  afterEach(() => api.close());

  const notFound: Play = (seen, response) => {
    const name = seen.path.split('/').at(-1);
    status(response, 404, { reason: 'NotFound', message: `"${name}" not found`, details: { name } });
  };
  const vm = (version: string, more: object = {}): object => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw', namespace: 'own', resourceVersion: version }, ...more });
  /** GET answers `before`, PATCH answers `after`. */
  const stored = (before: object | undefined, after: object, code = 200): Play => (seen, response) => {
    if (seen.method !== 'GET') json(response, after, code);
    else if (before) json(response, before);
    else notFound(seen, response, 0);
  };
  const wanted = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw' } };

  it('applies on the server: content type, manager, strict fields, no force', async () => {
    play = stored(undefined, vm('1'), 201);
    assert.equal((await cluster.apply(wanted)).outcome, 'created');
    const { path, query, headers, body } = api.seen.at(-1)!;
    assert.equal(path, '/apis/kubevirt.io/v1/namespaces/own/virtualmachines/gw');
    assert.equal(headers['content-type'], 'application/apply-patch+yaml');
    assert.deepEqual(Object.fromEntries(query), { fieldManager: 'edge-vm', fieldValidation: 'Strict' });
    assert.deepEqual(JSON.parse(body), wanted);
  });

  it('lists as a table: what the server prints and metadata, without the objects, and asks only once', async () => {
    play = (_seen, response) => json(response, {
      kind: 'Table', columnDefinitions: [{ name: 'Name' }, { name: 'Data' }],
      rows: [{ cells: ['key', 2], object: { kind: 'PartialObjectMetadata', metadata: { name: 'key', namespace: 'own', labels: { a: 'b' } } } }, { cells: [] }],
    });
    const rows = await cluster.table(Secret, { namespace: 'own', fieldSelector: 'type=Opaque', limit: 500 });
    assert.deepEqual(rows.map(({ name, labels, cells }) => ({ name, labels, cells })), [{ name: 'key', labels: { a: 'b' }, cells: { Name: 'key', Data: '2' } }]);
    const { path, query, headers } = api.seen.at(-1)!;
    assert.equal(path, '/api/v1/namespaces/own/secrets');
    assert.deepEqual(Object.fromEntries(query), { limit: '500', fieldSelector: 'type=Opaque' });
    assert.equal(headers.accept, 'application/json;as=Table;v=v1;g=meta.k8s.io', 'no other form, which would have the data');
    const before = api.seen.length;
    play = (_seen, response) => status(response, 503, { message: 'busy' });
    await assert.rejects(cluster.table(Secret, { limit: 500 }));
    assert.equal(api.seen.length, before + 1);
  });

  it('forces, and makes a dry run, only on request', async () => {
    play = stored(undefined, vm('1'), 201);
    await cluster.apply(wanted, { force: true, dryRun: true });
    const { query } = api.seen.at(-1)!;
    assert.deepEqual([query.get('force'), query.get('dryRun')], ['true', 'All']);
  });

  it('distinguishes changed from unchanged by the resourceVersion', async () => {
    play = stored(vm('1'), vm('1'));
    assert.equal((await cluster.apply(wanted)).outcome, 'unchanged');
    play = stored(vm('1'), vm('2'));
    assert.equal((await cluster.apply(wanted)).outcome, 'changed');
    assert.match(api.seen[0]?.headers.accept ?? '', /PartialObjectMetadata/);
  });

  it('gets only metadata back if the caller needs no more, but all of a dry run', async () => {
    const part = { ...vm('2'), apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };
    play = stored(vm('1'), part);
    const { object, outcome } = await cluster.apply(wanted, { before: vm('1') as KubeObject, answer: 'metadata' });
    assert.deepEqual([object.kind, object.apiVersion, object.metadata.resourceVersion, outcome], ['VirtualMachine', 'kubevirt.io/v1', '2', 'changed']);
    assert.match(api.seen.at(-1)?.headers.accept ?? '', /as=PartialObjectMetadata/);
    await cluster.apply(wanted, { before: vm('1') as KubeObject, answer: 'metadata', dryRun: true });
    assert.equal(api.seen.at(-1)?.headers.accept, 'application/json');
  });

  it('reads nothing before an apply whose caller has just done so', async () => {
    play = stored(vm('1'), vm('2'));
    assert.equal((await cluster.apply(wanted, { before: vm('2') as KubeObject })).outcome, 'unchanged');
    assert.equal((await cluster.apply(wanted, { before: vm('1') as KubeObject })).outcome, 'changed');
    assert.equal((await cluster.apply(wanted, { before: null })).outcome, 'changed', 'somebody made it meanwhile');
    play = stored(undefined, vm('1'), 201);
    assert.equal((await cluster.apply(wanted, { before: null })).outcome, 'created');
    assert.deepEqual(api.seen.map(({ method }) => method), ['PATCH', 'PATCH', 'PATCH', 'PATCH']);
  });

  for (const manager of ['edge-vm', 'edge-vm-operator']) it(`says unchanged when only others wrote meanwhile, as ${manager}`, async () => {
    const entry = { manager, operation: 'Apply', time: '2026-11-21T10:00:00Z', fieldsV1: {} };
    const at = (version: string, over: object = {}): object => {
      const { metadata, ...rest } = vm(version) as { metadata: object };
      return { ...rest, metadata: { ...metadata, generation: 1, labels: { a: 'b' }, managedFields: [entry, { manager: 'virt-controller', operation: 'Update', time: version }], ...over } };
    };
    const outcome = async (before: object, after: object, object: object = wanted): Promise<string> => {
      play = stored(before, after);
      return (await cluster.apply(object, { fieldManager: manager })).outcome;
    };
    assert.equal(await outcome(at('1'), at('2')), 'unchanged');
    assert.equal(await outcome(at('1'), at('2', { generation: 2 })), 'changed');
    assert.equal(await outcome(at('1'), at('2', { managedFields: [{ ...entry, time: '2026-11-21T10:00:05Z' }] })), 'changed');
    const labelled = { ...wanted, metadata: { name: 'gw', labels: { a: 'c' } } };
    assert.equal(await outcome(at('1'), at('2', { labels: { a: 'c' } }), labelled), 'changed', 'in the same second');
    assert.equal(await outcome(at('1', { generation: undefined }), at('2', { generation: undefined })), 'changed', 'if it is not known, it counts as a change');
  });

  it('distinguishes changed from unchanged in a dry run by the content', async () => {
    const fields = { managedFields: [{ time: 'now' }], generation: 3 };
    play = stored(vm('1', { spec: { a: 1 } }), { ...vm('1', { spec: { a: 1 } }), metadata: { name: 'gw', namespace: 'own', resourceVersion: '2', ...fields } });
    assert.equal((await cluster.apply(wanted, { dryRun: true })).outcome, 'unchanged');
    play = stored(vm('1', { spec: { a: 1 } }), vm('1', { spec: { a: 2 } }));
    assert.equal((await cluster.apply(wanted, { dryRun: true })).outcome, 'changed');
  });

  it('never puts a Secret\'s body into an error, however the server quotes it', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { userdata: `key=${canary}` } };
    const encoded = Buffer.from(secret.stringData.userdata).toString('base64');
    const message = `error found in #10 byte of ...|${canary.slice(0, 20)}|..., bigger context ...|"userdata":"${encoded}"|...`;
    play = (seen, response) => (seen.method === 'GET' ? notFound(seen, response, 0) : status(response, 422, { reason: 'Invalid', message, details: { causes: [{ field: 'data', message: `got "${canary}"` }] } }));
    for (const work of [() => cluster.apply(secret), () => cluster.create(secret), () => cluster.mergePatch({ type: Secret, name: 's' }, { stringData: secret.stringData })]) {
      const error = await work().then(() => assert.fail(), (e: unknown) => e);
      assert.ok(EdgeVmError.is(error) && error.code === 'admission-refused');
      const all = `${error.message} ${error.hint} ${JSON.stringify(error.details)} ${String(error.cause)} ${error.stack}`;
      assert.match(all, /bigger context/);
      for (let i = 0; i + 8 <= canary.length; i += 1) assert.ok(!all.includes(canary.slice(i, i + 8)), all);
      assert.ok(!all.includes(encoded.slice(0, 12)));
    }
  });

  it('gets undefined for what is not there, and an error for a type that is not served', async () => {
    play = notFound;
    assert.equal(await cluster.get({ type: Pod, name: 'x' }), undefined);
    play = ({ path }, response) => (path === '/version' ? json(response, { gitVersion: 'v1.34.4' }) : response.writeHead(404).end('404 page not found'));
    await assert.rejects(cluster.get({ type: VirtualMachine, name: 'x' }), { code: 'no-kubevirt' });
    await assert.rejects(cluster.list(DataVolume), { code: 'no-cdi' });
  });

  it('does not say what is missing in the cluster where no API server answers at all, as behind a wrong path', async () => {
    play = (_, response) => response.writeHead(404).end('404 page not found');
    for (const work of [() => cluster.get({ type: VirtualMachine, name: 'x' }), () => cluster.list(DataVolume), () => cluster.serves('kubevirt.io/v1')]) {
      await assert.rejects(work(), (e: EdgeVmError) => e.code === 'no-cluster' && /not as an API server/.test(e.message) && /path/.test(e.hint ?? ''));
    }
  });

  it('deletes with propagation and uid, and says whether it was there', async () => {
    play = (_, response) => json(response, {});
    assert.equal(await cluster.delete({ type: Pod, name: 'a', namespace: 'n' }, { propagation: 'Foreground', uid: 'u1' }), true);
    assert.deepEqual(JSON.parse(api.seen[0]!.body), { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground', preconditions: { uid: 'u1' } });
    play = notFound;
    assert.equal(await cluster.delete({ type: Pod, name: 'a' }), false);
  });

  it('does not repeat a conditional patch whose answer was lost, but repeats a plain one', async () => {
    play = (_, response, count) => (count === 2 ? json(response, {}) : response.destroy());
    await cluster.mergePatch({ type: Service, name: 'c' }, { data: { a: '1' } });
    assert.equal(api.seen.length, 2);
    assert.equal(api.seen[0]?.headers['content-type'], 'application/merge-patch+json');
    await assert.rejects(cluster.mergePatch({ type: Service, name: 'c' }, { metadata: { resourceVersion: '1' } }), { code: 'no-cluster' });
    assert.equal(api.seen.length, 3);
  });

  it('calls KubeVirt\'s subresources, and passes on its refusal', async () => {
    play = (_, response) => response.writeHead(202).end();
    await cluster.vmAction('gw', 'n', 'start');
    await cluster.vmAction('gw', 'n', 'stop', { gracePeriod: 0 });
    assert.deepEqual(api.seen.map((s) => `${s.method} ${s.path} ${s.body}`), [
      'PUT /apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachines/gw/start {}',
      'PUT /apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachines/gw/stop {"gracePeriod":0}',
    ]);
    play = (_, response) => status(response, 409, { reason: 'Conflict', message: 'VM is already running', details: { name: 'gw' } });
    await assert.rejects(cluster.vmAction('gw', 'n', 'start'), { code: 'admission-refused', message: /VM is already running/ });
  });

  it('asks for rights, groups and the version', async () => {
    play = (seen, response) => {
      if (seen.path === '/version') json(response, { gitVersion: 'v1.34.4' });
      else if (seen.path === '/apis') json(response, { groups: [{ name: 'kubevirt.io', versions: [{ groupVersion: 'kubevirt.io/v1' }] }] });
      else if (seen.method === 'POST') json(response, { status: { allowed: (JSON.parse(seen.body) as { spec: { resourceAttributes: { verb: string } } }).spec.resourceAttributes.verb === 'get' } }, 201);
      else response.writeHead(404).end('404 page not found');
    };
    assert.equal(await cluster.version(), 'v1.34.4');
    assert.deepEqual([await cluster.serves('kubevirt.io/v1'), await cluster.serves('v1'), await cluster.serves('cdi.kubevirt.io/v1beta1')], [true, true, false]);
    assert.deepEqual([await cluster.canI({ verb: 'get', resource: 'pods' }), await cluster.canI({ verb: 'delete', resource: 'pods' })], [true, false]);
  });

  it('asks once for all groups, and again when that failed', async () => {
    let up = false;
    play = (_, response) => (up ? json(response, { groups: [{ name: 'kubevirt.io', versions: [{ groupVersion: 'kubevirt.io/v1' }] }] }) : status(response, 403, { message: 'User "u" cannot get path "/apis"' }));
    await assert.rejects(cluster.serves('kubevirt.io/v1'), { code: 'forbidden' });
    up = true;
    assert.deepEqual(await Promise.all(['kubevirt.io/v1', 'kubevirt.io/v1alpha3'].map((one) => cluster.serves(one))), [true, false]);
    assert.equal(api.seen.length, 2);
  });

  it('lists all rights in a namespace, and says whether there may be others', async () => {
    const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    play = (seen, response) => json(response, { status: { resourceRules: [rule], nonResourceRules: [], incomplete: (JSON.parse(seen.body) as { spec: { namespace: string } }).spec.namespace === 'odd' } }, 201);
    assert.deepEqual(await cluster.rights('n'), { rules: [rule], incomplete: false });
    assert.deepEqual(await cluster.rights('odd'), { rules: [rule], incomplete: true });
    assert.deepEqual([api.seen[0]?.method, api.seen[0]?.path], ['POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews']);
  });

  it('refuses an object without a type or a name before it sends anything', async () => {
    await assert.rejects(cluster.apply({ metadata: { name: 'a' } }), { code: 'invalid-input', message: /apiVersion[^]*kind/ });
    await assert.rejects(cluster.create({ apiVersion: 'v1', metadata: { name: 'a' } }), { code: 'invalid-input', message: /^kind: / });
    await assert.rejects(cluster.delete({ type: Pod, name: '' }), { code: 'invalid-input' });
    assert.equal(api.seen.length, 0);
  });

  describe('a kind that edge-vm does not know', () => {
    const widget = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'a' } };
    const discovery = { kind: 'APIResourceList', groupVersion: 'example.org/v1', resources: [
      { name: 'widgets', kind: 'Widget', namespaced: true }, { name: 'widgets/status', kind: 'Widget', namespaced: true }, { name: 'shelves', kind: 'Shelf', namespaced: false },
    ] };
    const api1: Play = (seen, response) => json(response, seen.path === '/apis/example.org/v1' ? discovery : widget);

    it('is looked up in the server, once for all kinds of its group version', async () => {
      play = api1;
      await cluster.create(widget);
      await cluster.apply({ ...widget, kind: 'Shelf' }, { before: null });
      await cluster.delete({ type: await cluster.resolve('example.org/v1', 'Widget'), name: 'a' });
      assert.deepEqual(api.seen.map(({ method, path }) => `${method} ${path}`), [
        'GET /apis/example.org/v1', 'POST /apis/example.org/v1/namespaces/own/widgets', 'PATCH /apis/example.org/v1/shelves/a', 'DELETE /apis/example.org/v1/namespaces/own/widgets/a',
      ]);
    });

    it('is not looked up if the caller gives its type', async () => {
      play = api1;
      const type = { apiVersion: 'example.org/v1', kind: 'Widget', plural: 'widgets', namespaced: true };
      await cluster.create(widget, { type });
      await cluster.apply(widget, { type, before: null });
      assert.deepEqual(api.seen.map(({ method }) => method), ['POST', 'PATCH']);
    });

    it('is an error that names it if the server does not serve it; the next call may find it', async () => {
      play = api1;
      await assert.rejects(cluster.apply({ ...widget, kind: 'Gadget' }), { code: 'not-found', message: /serves no kind Gadget in example\.org\/v1/ });
      play = ({ path }, response) => (path === '/version' ? json(response, { gitVersion: 'v1.34.4' }) : response.writeHead(404).end('404 page not found'));
      await assert.rejects(cluster.create({ ...widget, apiVersion: 'other.org/v1' }), { code: 'not-found', message: /does not serve other\.org\/v1/ });
      play = (seen, response) => json(response, seen.path === '/apis/other.org/v1' ? discovery : widget);
      await cluster.create({ ...widget, apiVersion: 'other.org/v1' });
    });
  });

  it('writes as the manager of the connection, or of the call', async () => {
    play = (_, response) => json(response, vm('1'));
    const operator = createCluster(api.transport(), { context: 'fake', namespace: 'own', fieldManager: 'edge-vm-operator' });
    for (const one of [operator, cluster]) {
      for (const options of [{}, { fieldManager: 'other' }]) {
        await one.apply(wanted, { before: null, ...options });
        await one.create(wanted, options);
        await one.mergePatch({ type: Pod, name: 'a' }, {}, options);
      }
    }
    const thrice = (name: string): string[] => [name, name, name];
    assert.deepEqual(api.seen.map(({ query }) => query.get('fieldManager')), [...thrice('edge-vm-operator'), ...thrice('other'), ...thrice('edge-vm'), ...thrice('other')]);
  });

  it('applies a status to its subresource', async () => {
    play = stored(vm('1'), vm('2'));
    assert.equal((await cluster.apply({ ...wanted, status: { phase: 'x' } }, { subresource: 'status', force: true })).outcome, 'changed');
    assert.equal(api.seen.at(-1)!.path, '/apis/kubevirt.io/v1/namespaces/own/virtualmachines/gw/status');
  });

  it('knows each type once', () => {
    assert.equal(new Set(resources.map((r) => `${r.apiVersion}/${r.kind}`)).size, resources.length);
    for (const { plural } of resources) assert.equal(plural, plural.toLowerCase());
  });

  describe('logs', () => {
    const of = { namespace: 'n', pod: 'p', container: 'c' };
    const read = async (options: Parameters<Cluster['logs']>[0]): Promise<string[]> => {
      const lines: string[] = [];
      for await (const line of cluster.logs(options)) lines.push(line);
      return lines;
    };

    it('gives lines as they are, the last one also without its end', async () => {
      play = (_, response) => response.end('one\n\ntwo\r\nthree');
      assert.deepEqual(await read({ ...of, sinceTime: '2026-01-01T00:00:00Z', tailLines: 5 }), ['one', '', 'two', 'three']);
      assert.deepEqual(Object.fromEntries(api.seen[0]!.query), { container: 'c', sinceTime: '2026-01-01T00:00:00Z', tailLines: '5' });
    });

    it('follows until the signal aborts, then ends quietly', async () => {
      play = (_, response) => response.write('one\n');
      assert.deepEqual(await read({ ...of, follow: true, signal: AbortSignal.timeout(100) }), ['one']);
    });

    it('distinguishes a container that has not started from a missing one, and a lost connection from the end', async () => {
      play = (_, response) => status(response, 400, { message: 'container "c" in pod "p" is waiting to start: PodInitializing' });
      await assert.rejects(read(of), (e: EdgeVmError) => e.code === 'not-found' && e.details['waiting'] === true);
      play = (_, response) => status(response, 400, { message: 'container c is not valid for pod p' });
      await assert.rejects(read(of), (e: EdgeVmError) => e.code === 'not-found' && e.details['waiting'] === false);
      play = (_, response) => {
        response.write('one\n');
        setTimeout(() => response.destroy(), 20);
      };
      await assert.rejects(read(of), { code: 'no-cluster' });
    });
  });
});
