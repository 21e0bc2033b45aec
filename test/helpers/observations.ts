import type { KubeObject } from '../../src/cluster/types.js';
import type { EdgeAgentTwin } from '../../src/hub/types.js';
import { leanEvent } from '../../src/readiness/lean-event.js';
import { noObservations, type Observations } from '../../src/readiness/observations.js';
import { parseRecords } from '../../src/readiness/records/parse.js';
import type { StageRecord } from '../../src/readiness/records/record.js';
import { stageRecord } from './stage-record.js';

/** The moment of these observations, and when the instance began to run. */
export const NOW = Date.parse('2026-11-21T12:10:00Z');
export const STARTED = '2026-11-21T12:00:00Z';

type Conditions = NonNullable<KubeObject['status']>['conditions'];

export function vm(change: { spec?: Record<string, unknown>; status?: Record<string, unknown>; deleting?: boolean } = {}): KubeObject {
  return {
    apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine',
    metadata: { name: 'gw-01', namespace: 'edge', uid: 'vm-1', creationTimestamp: STARTED, ...(change.deleting === true ? { deletionTimestamp: STARTED } : {}) },
    spec: { runStrategy: 'Always', dataVolumeTemplates: [{ metadata: { name: 'gw-01-root' }, spec: {} }], template: { spec: { domain: { devices: {} } } }, ...change.spec },
    status: { ...change.status },
  };
}

export function vmi(phase: string, change: { conditions?: Conditions; status?: Record<string, unknown>; owner?: string; spec?: Record<string, unknown> } = {}): KubeObject {
  const owner = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'gw-01', uid: change.owner ?? 'vm-1' };
  return {
    apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance',
    metadata: { name: 'gw-01', namespace: 'edge', uid: 'vmi-1', creationTimestamp: STARTED, ownerReferences: [owner] },
    spec: change.spec ?? {},
    status: {
      phase, conditions: change.conditions ?? [],
      ...(phase === 'Running' ? { nodeName: 'node-1', phaseTransitionTimestamps: [{ phase: 'Running', phaseTransitionTimestamp: STARTED }] } : {}),
      ...change.status,
    },
  };
}

export function pod(change: { name?: string; uid?: string; created?: string; status?: Record<string, unknown>; node?: string } = {}): KubeObject {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name: change.name ?? 'launcher-1', namespace: 'edge', uid: change.uid ?? 'pod-1', creationTimestamp: change.created ?? STARTED, ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', name: 'gw-01', uid: 'vmi-1' }] },
    spec: change.node === undefined ? {} : { nodeName: change.node },
    status: { phase: 'Pending', ...change.status },
  };
}

export function dataVolume(phase: string, status: Record<string, unknown> = {}): KubeObject {
  return { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: 'gw-01-root', namespace: 'edge' }, spec: {}, status: { phase, ...status } };
}

/** As the operator keeps it: no rule needs more. */
export function event(reason: string, message: string, about = 'launcher-1', time = '2026-11-21T12:01:00Z'): KubeObject {
  return leanEvent({ apiVersion: 'v1', kind: 'Event', metadata: { name: `${about}.${reason}`, namespace: 'edge' }, reason, message, involvedObject: { name: about }, lastTimestamp: time });
}

export function record(fields: Record<string, unknown> = {}): StageRecord {
  return parseRecords(stageRecord(fields))[0]!;
}

export const allDone = { clock: 1, engine: 5, runtime: 8, files: 9, config: 10 };

/** An `$edgeAgent` twin that reported at `at`. */
export function twin(code: number | undefined, at: string, more: Partial<EdgeAgentTwin['reported']> = {}, desired: EdgeAgentTwin['desired'] = { $version: 1 }): EdgeAgentTwin {
  return { desired, reported: { ...(code === undefined ? {} : { lastDesiredStatus: { code } }), lastDesiredVersion: 1, ...more, $metadata: { $lastUpdated: at } } };
}

export function observe(change: Partial<Observations> = {}): Observations {
  return { ...noObservations('gw-01', 'edge', NOW), device: { hub: 'hub.example.net', id: 'gw-01' }, seen: { vm: true, vmi: true }, ...change };
}

/** An instance that runs, and a guest that wrote this record. */
export function runningGuest(fields: Record<string, unknown> | undefined, change: Partial<Observations> = {}): Observations {
  return observe({
    vm: vm(), vmi: vmi('Running'), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') }, pods: { 'launcher-1': pod({ status: { phase: 'Running' }, node: 'node-1' }) },
    ...(fields === undefined ? {} : { guest: { record: record(fields), podUid: 'pod-1' } }),
    ...change,
  });
}
