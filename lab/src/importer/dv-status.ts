import type { KubeObject } from 'edge-vm';

/** Condition of a DataVolume in CDI's form: with a heartbeat time besides the transition time. */
interface DvCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  lastHeartbeatTime: string;
}

/** What the importer knows of a DataVolume at one moment. */
export interface Stage {
  /** If CDI cannot make a claim, it leaves this field out. */
  phase: string | undefined;
  /** `12.34%`, `100.0%`, `N/A`. */
  progress?: string;
  restarts?: number;
  /** Phase of the claim; absent if there is no claim. */
  claim?: string | undefined;
  /** Why there is no claim, or why the transfer is not ready. */
  ready?: { reason: string; message: string };
  running?: { status: 'True' | 'False'; reason: string; message: string };
}

/** The status that a DataVolume has at this stage; conditions that stay keep their times. */
export function statusAt(dataVolume: KubeObject, stage: Stage, now = new Date()): Record<string, unknown> {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const before = (dataVolume.status?.conditions ?? []) as Partial<DvCondition>[];
  const condition = (type: string, status: DvCondition['status'], reason: string, message: string): DvCondition => {
    const old = before.find((one) => one.type === type);
    const same = old?.status === status && (old.reason ?? '') === reason && (old.message ?? '') === message;
    return {
      type, status, reason, message,
      lastTransitionTime: (old?.status === status ? old.lastTransitionTime : undefined) ?? time,
      lastHeartbeatTime: (same ? old?.lastHeartbeatTime : undefined) ?? time,
    };
  };
  const { name } = dataVolume.metadata;
  const missing = stage.ready ?? { reason: 'NotFound', message: 'No PVC found' };
  const bound = stage.claim === undefined
    ? condition('Bound', 'False', missing.reason, missing.message)
    : condition('Bound', stage.claim === 'Bound' ? 'True' : 'False', stage.claim, `PVC ${name} ${stage.claim}`);
  const running = stage.running ?? { status: 'False', reason: '', message: '' };
  const transferring = running.status === 'True' ? { reason: 'TransferRunning', message: '' } : { reason: '', message: '' };
  // Without a claim, CDI gives the reason only in condition `Bound`.
  const ready = stage.claim === undefined ? { reason: '', message: '' } : (stage.ready ?? transferring);
  return {
    ...(stage.phase === undefined ? {} : { phase: stage.phase }),
    ...(stage.claim === undefined ? {} : { claimName: name }),
    ...(stage.progress === undefined ? {} : { progress: stage.progress }),
    restartCount: stage.restarts ?? 0,
    conditions: [
      bound,
      condition('Ready', stage.phase === 'Succeeded' ? 'True' : 'False', ready.reason, ready.message),
      condition('Running', running.status, running.reason, running.message),
    ],
  };
}
