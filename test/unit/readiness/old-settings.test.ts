import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import { pendingOf } from '../../../src/readiness/pending.js';
import type { Cause } from '../../../src/readiness/types.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { runningGuest, vm } from '../../helpers/observations.js';

const uuid = '11111111-1111-5111-8111-111111111111';
const failed = { stage: 'runtime', state: 'failed', code: 'package-not-found', message: 'aziot-edge=9.9' };

function machine({ hash = 'b', first = 'a', firmware = uuid, restart = false }: { hash?: string; first?: string; firmware?: string; restart?: boolean } = {}): KubeObject {
  const one = vm();
  return {
    ...one,
    metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, 'edge-vm.io/user-data-hash': hash, 'edge-vm.io/first-boot-user-data-hash': first, 'edge-vm.io/first-boot-firmware-uuid': uuid, 'edge-vm.io/generation': '4' } },
    spec: { ...one.spec, template: { spec: { domain: { firmware: { uuid: firmware } } } } },
    status: { ...one.status, conditions: restart ? [{ type: 'RestartRequired', status: 'True' }] : [] },
  };
}

const causeOf = (change: Parameters<typeof machine>[0], record: Record<string, unknown> = failed): Cause | undefined => evaluate(runningGuest(record, { vm: machine(change) }), defaultEvaluateOptions).suspicion?.cause;

describe('a failure of settings that were changed since', () => {
  it('names the first boot’s settings, and the generation that brings the new ones', () => {
    const cause = causeOf({});
    assert.equal(cause?.code, 'old-settings');
    assert.match(cause.message, /the guest of gw-01 still has the settings of its first boot, and fails with them: guest: runtime: package-not-found: aziot-edge=9\.9/);
    assert.deepEqual(cause.advice, [{ do: 'renew', name: 'gw-01', namespace: 'edge', generation: 5 }]);
  });

  it('names the restart where KubeVirt says that it is needed', () => {
    const cause = causeOf({ first: 'b', restart: true });
    assert.equal(cause?.code, 'old-settings');
    assert.deepEqual(cause.advice, [{ do: 'restart', name: 'gw-01', namespace: 'edge' }]);
  });

  it('is a failure of the present settings where the disk was set up with them, or will be by another UUID', () => {
    assert.equal(causeOf({ first: 'b' })?.code, 'guest-step-failed');
    assert.equal(causeOf({ firmware: '22222222-2222-5222-8222-222222222222' })?.code, 'guest-step-failed');
  });

  it('is named in the result as pending, with the generation, also while the device is ready', () => {
    assert.deepEqual(pendingOf(machine({})), { pending: { effect: 'first-boot', generation: 5 } });
    assert.deepEqual(pendingOf(machine({ first: 'b', restart: true })), { pending: { effect: 'restart' } });
    assert.deepEqual(pendingOf(machine({ first: 'b' })), {});
  });

  it('does not ask for a restart of a machine that is being stopped or deleted: both raise the generation, and change no settings', () => {
    const vmi: KubeObject = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'gw-01', namespace: 'edge', annotations: { 'kubevirt.io/vm-generation': '1' } } };
    const one = machine({ first: 'b' });
    const newer = { ...one, metadata: { ...one.metadata, generation: 2 } };
    assert.deepEqual(pendingOf(newer, vmi), { pending: { effect: 'restart' } });
    assert.deepEqual(pendingOf({ ...newer, spec: { ...newer.spec, runStrategy: 'Halted' } }, vmi), {});
    assert.deepEqual(pendingOf({ ...newer, metadata: { ...newer.metadata, deletionTimestamp: '2026-11-21T12:00:00Z' } }, vmi), {});
  });

  it('names the flag of the package that is missing', () => {
    const advice = (message: string): unknown => causeOf({ first: 'b' }, { ...failed, message })?.advice;
    assert.deepEqual(advice("E: Version '1.6.9-1' for 'aziot-identity-service' was not found"), [{ do: 'set', field: 'spec.edge.identityServiceVersion' }]);
    assert.deepEqual(advice("E: Version '1.6.9-1' for 'aziot-edge' was not found"), [{ do: 'set', field: 'spec.edge.version' }, { do: 'set', field: 'spec.edge.identityServiceVersion' }]);
  });
});
