import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { execa } from 'execa';
import { loadAll } from 'js-yaml';
import { BUILD_LIMIT, type Rendered } from '../helpers/helm.js';

// This file runs from dist/test/charts.
const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('files made from the charts', () => {
  it('are current', async function () {
    this.timeout(BUILD_LIMIT);
    const { exitCode, stderr } = await execa(process.execPath, [join(root, 'scripts', 'charts.mjs'), '--check'], { reject: false });
    assert.equal(exitCode, 0, stderr);
  });

  it('install the operator into a namespace of its own, and name neither Helm nor a secret', () => {
    const text = readFileSync(join(root, 'packaging', 'operator', 'edge-vm-operator.yaml'), 'utf8');
    const objects = loadAll(text) as Rendered[];
    assert.equal(objects[0]!.kind, 'Namespace');
    const types = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
    assert.ok(types.length > 0 && objects.slice(1, 1 + types.length).every(({ kind }) => kind === 'CustomResourceDefinition'), 'the types come before all else');
    assert.deepEqual(objects.filter(({ kind }) => kind === 'Secret'), []);
    assert.doesNotMatch(text, /helm/i);
    const elsewhere = objects.filter(({ kind, metadata }) => metadata.namespace !== 'edge-vm-system' && !['Namespace', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'].includes(kind));
    assert.deepEqual(elsewhere, []);
  });
});
