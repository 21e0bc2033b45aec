import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { labPaths } from '../../src/control-plane/paths.js';
import type { ApiObject } from '../../src/control-plane/resources.js';
import type { HubConfig } from '../../src/layout.js';
import { manifestWithoutPods, OPERATOR } from '../../src/operator/manifest.js';
import { operatorPaths } from '../../src/operator/paths.js';
import { operatorProcess } from '../../src/operator/process.js';
import { readOperator, writeOperator } from '../../src/operator/record.js';

describe('the operator of the lab', () => {
  it('gets types, ServiceAccount and rights of the static manifest, and no pods', () => {
    const objects = loadAll(manifestWithoutPods()) as ApiObject[];
    const kinds = objects.map(({ kind }) => kind);
    assert.deepEqual([kinds[0], kinds.includes('CustomResourceDefinition'), kinds.includes('ClusterRoleBinding')], ['Namespace', true, true]);
    assert.deepEqual(kinds.filter((kind) => ['Deployment', 'Service', 'PodDisruptionBudget'].includes(kind)), []);
    const account = objects.find(({ kind }) => kind === 'ServiceAccount')!.metadata;
    assert.deepEqual([account.name, account.namespace], [OPERATOR.account, OPERATOR.namespace]);
    assert.equal(objects[0]!.metadata.name, OPERATOR.namespace);
  });

  it('runs with the kubeconfig of its ServiceAccount, and has no secret on its command line', () => {
    const paths = labPaths('default', { EDGE_VM_STATE_DIR: '/s', HOME: '/h' });
    const files = operatorPaths(paths);
    const hub: HubConfig = {
      hostname: 'lab-hub.edge-vm.test', https: { host: '127.0.0.1', port: 4443 }, mqtt: { host: '127.0.0.1', port: 1 }, amqp: { host: '127.0.0.1', port: 2 },
      tls: { cert: '/c', key: '/k', ca: '/ca' }, policies: [{ name: 'iothubowner', key: 'canary', rights: ['RegistryWrite'] }], dataDir: '/d',
    };
    const spec = operatorProcess(files, { kubeconfig: files.kubeconfig, metrics: 'http://127.0.0.1:7/metrics', health: 'http://127.0.0.1:8' }, hub);
    assert.equal(spec.env!['KUBECONFIG'], files.kubeconfig);
    assert.notEqual(files.kubeconfig, paths.kubeconfig);
    assert.deepEqual(spec.argv.filter((arg) => arg.includes('-address')), ['--metrics-address=127.0.0.1:7', '--health-address=127.0.0.1:8']);
    assert.doesNotMatch(JSON.stringify(spec), /canary/);
  });

  it('is remembered by a file, and by nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'edge-vm-operator-'));
    try {
      const file = join(folder, 'operator.json');
      assert.equal(readOperator(file), undefined);
      const record = { kubeconfig: '/k', metrics: 'http://127.0.0.1:7/metrics', health: 'http://127.0.0.1:8' };
      writeOperator(file, record);
      assert.deepEqual(readOperator(file), record);
      writeFileSync(file, '{');
      assert.equal(readOperator(file), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
