import type { KubeObject } from '../../cluster/types.js';
import type { Recorder } from '../context.js';
import { BUSY } from '../first-status.js';
import type { EdgeDeploymentStatus } from './types.js';

/** A rollout takes its time. */
const normal: ReadonlySet<string> = new Set(['Applying', 'Progressing', BUSY]);
/** Longest message of an Event. */
const most = 1000;

/** Events for what changed since the last status. */
export function tellOf(recorder: Recorder, resource: KubeObject, before: EdgeDeploymentStatus, now: EdgeDeploymentStatus): void {
  const record = (type: 'Normal' | 'Warning', reason: string, message: string): void => recorder.record(resource, { type, reason, message: message.length <= most ? message : `${message.slice(0, most - 1)}…` });
  for (const { type, status, reason, message } of now.conditions ?? []) {
    const was = before.conditions?.find((one) => one.type === type);
    const isBad = type === 'Conflicting' ? status === 'True' : status === 'False' && !normal.has(reason);
    const isNew = was?.status !== status || was.reason !== reason;
    if (type === 'Ready' && status === 'True' && was?.status !== 'True') record('Normal', reason, message);
    // `Ready` repeats what another condition says first.
    else if (isNew && isBad && (type !== 'Ready' || reason === 'DevicesFailing' || reason === 'NoDevices')) record('Warning', reason, message);
  }
}
