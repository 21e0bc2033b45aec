import assert from 'node:assert/strict';
import { OPERATOR_RIGHTS, rulesFor } from '../../src/operator/rights.js';
import { BUILD_LIMIT, openHelm, OPERATOR_CHART, type Helm, type Rendered } from '../helpers/helm.js';

interface Rule { apiGroups: string[]; resources: string[]; verbs: string[] }

/** `group/resource verb`, one for each right. */
function rights(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)))).sort();
}

/** The rights that the objects of one kind and name give the operator. */
function givenBy(objects: readonly Rendered[], kind: string, name: string): string[] {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  return [...new Set(found.flatMap((object) => rights(object['rules'] as Rule[])))].sort();
}

describe('the rights that the chart gives the operator', () => {
  let helm: Helm;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    helm = await openHelm();
  });
  after(() => helm.close());

  it('are those that it needs, for all namespaces', async () => {
    const objects = await helm.render(OPERATOR_CHART);
    assert.deepEqual(givenBy(objects, 'ClusterRole', 'edge-edge-vm'), rights(rulesFor('devices', 'cluster')));
    assert.deepEqual(givenBy(objects, 'Role', 'edge-vm-lease'), rights(rulesFor('lease')));
  });

  it('are those that it needs in named namespaces', async () => {
    const objects = await helm.render(OPERATOR_CHART, { watch: { namespaces: ['north', 'south'], storageClasses: true } });
    assert.deepEqual(givenBy(objects, 'Role', 'edge-edge-vm'), rights(rulesFor('devices')));
    // It does not read nodes then.
    assert.deepEqual(givenBy(objects, 'ClusterRole', 'edge-edge-vm'), rights(rulesFor('cluster')).filter((right) => !right.startsWith('/nodes ')));
  });

  it('are given to its ServiceAccount and to nobody else', async () => {
    for (const values of [{}, { watch: { namespaces: ['north'], storageClasses: true } }]) {
      const objects = await helm.render(OPERATOR_CHART, values);
      const bindings = objects.filter(({ kind }) => kind.endsWith('Binding')) as (Rendered & { subjects: unknown[]; roleRef: { name: string; kind: string } })[];
      for (const { subjects } of bindings) assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: 'edge-vm', namespace: 'edge' }]);
      const bound = bindings.map(({ roleRef, metadata }) => `${roleRef.kind} ${roleRef.name} ${metadata.namespace ?? ''}`).sort();
      const roles = objects.filter(({ kind, metadata }) => /^(?:Cluster)?Role$/.test(kind) && !/-(?:view|edit)$/.test(metadata.name)).map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.namespace ?? ''}`).sort();
      assert.deepEqual(bound, roles);
    }
  });

  it('have a reason', () => {
    for (const { resources, why } of OPERATOR_RIGHTS) assert.ok(why.length > 10, resources.join());
  });
});
