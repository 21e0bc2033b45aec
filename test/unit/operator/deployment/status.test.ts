import assert from 'node:assert/strict';
import { statusOf } from '../../../../src/operator/deployment/status.js';
import type { Reported } from '../../../../src/operator/deployment/report.js';

function devices(number: number, state: (index: number) => Reported['state']): Reported[] {
  const modules = Array.from({ length: 20 }, (_, i) => ({ name: `module-${i}`, status: 'running', restarts: 0, exitCode: 0, image: `contoso.azurecr.io/${'x'.repeat(150)}:${i}` }));
  return Array.from({ length: number }, (_, index) => {
    const name = `gw-${String(index).padStart(4, '0')}`;
    return { name, applied: true, state: state(index), report: () => ({ name, applied: true, modules }) };
  });
}
const look = (all: Reported[]): Parameters<typeof statusOf>[1] => ({ devices: all, conditions: [], afterMs: 1 });
const resource = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDeployment', metadata: { name: 'app', generation: 2 } };

describe('the status of an EdgeDeployment', () => {
  it('of 1,000 devices fits into an object, counts all, and has those first that are not done', () => {
    const status = statusOf(resource, look(devices(1000, (index) => (index === 700 ? 'failing' : index === 800 ? 'waiting' : 'done'))), 0);
    assert.ok(JSON.stringify(status).length < 400_000);
    assert.deepEqual(status.counts, { selected: 1000, applied: 1000, reported: 998, failing: 1 });
    assert.equal(status.summary, '998 of 1000 devices');
    assert.deepEqual(status.devices?.slice(0, 3).map(({ name }) => name), ['gw-0700', 'gw-0800', 'gw-0000']);
    assert.ok(status.devices.length > 10 && status.devices.length <= 100);
  });

  it('keeps the time of a condition that does not change', () => {
    const first = statusOf(resource, look(devices(1, () => 'done')), 1_000_000);
    const second = statusOf({ ...resource, status: first as Record<string, never> }, look(devices(1, () => 'done')), 2_000_000);
    assert.deepEqual(second, first);
    const third = statusOf({ ...resource, status: first as Record<string, never> }, look(devices(1, () => 'failing')), 2_000_000);
    assert.equal(third.conditions?.[0]?.lastTransitionTime, new Date(2_000_000).toISOString().replace('.000', ''));
  });
});
