import { setTimeout as delay } from 'node:timers/promises';
import { kinds, parseQuantity, type Cluster, type KubeObject } from 'edge-vm';
import { CDI } from './annotations.js';
import { claimDefaults, claimFor, ClaimNotValid, type ClaimPropertySet } from './claim.js';
import { statusAt, type Stage } from './dv-status.js';
import { recordEvent } from '../record-event.js';
import { failureOf, sourceOf, type DiskSource } from './source.js';

export interface FillContext {
  cluster: Cluster;
  /** It aborts when the DataVolume is deleted or the lab stops. */
  signal: AbortSignal;
  /** Milliseconds between two stages. */
  stepMs: number;
  /** Resolves at the next change of a claim, by `namespace/name`; if absent, a claim is read again ten times a second. */
  changed?: ((claim: string) => Promise<void>) | undefined;
  /** Writes the content of a claim, if there is a place for it; returns the reason if that failed. */
  write?: ((claim: KubeObject, source: DiskSource, bytes: number) => Promise<{ reason: string; message: string } | undefined>) | undefined;
}

/** Simulates CDI for one DataVolume, from nothing to `Succeeded`. After a failure it tries again without end, as CDI does. */
export async function fill(dataVolume: KubeObject, context: FillContext): Promise<void> {
  const source = await resolveSource(dataVolume, context);
  if (source.kind === 'clone') await waitForCloneSource(dataVolume, source, context);
  const claim = await ensureClaim(dataVolume, source, context);
  if (claim.metadata.annotations?.[CDI.populatedFor] === dataVolume.metadata.name) {
    await setStage(dataVolume, context, { phase: 'Succeeded', progress: '100.0%', claim: claimPhase(claim) });
    return;
  }
  await transfer(dataVolume, await waitForBound(dataVolume, context), source, context);
}

/** Words that CDI's phases and events begin with. */
function verbOf(source: DiskSource): 'Import' | 'Clone' {
  return source.kind === 'clone' ? 'Clone' : 'Import';
}

async function transfer(dataVolume: KubeObject, claim: KubeObject, source: DiskSource, context: FillContext): Promise<void> {
  const { name } = dataVolume.metadata;
  const verb = verbOf(source);
  await setStage(dataVolume, context, { phase: `${verb}Scheduled`, progress: 'N/A', claim: 'Bound', running: { status: 'False', reason: 'ContainerCreating', message: '' } });
  await annotateClaim(dataVolume, context, { [CDI.podPhase]: 'Pending' });
  await recordEvent(context.cluster, dataVolume, 'datavolume-import-controller', { type: 'Normal', reason: `${verb}Scheduled`, message: `${verb} into ${name} scheduled` }, context.signal);
  await pause(context);
  await annotateClaim(dataVolume, context, { [CDI.podPhase]: 'Running' });
  await recordEvent(context.cluster, dataVolume, 'datavolume-import-controller', { type: 'Normal', reason: `${verb}InProgress`, message: `${verb} into ${name} in progress` }, context.signal);
  const failure = failureOf(source) ?? (await context.write?.(claim, source, requestedBytes(claim)));
  if (failure !== undefined) return crashLoop(dataVolume, failure, context);
  for (const progress of ['12.34%', '57.80%', '98.70%']) {
    await setStage(dataVolume, context, { phase: `${verb}InProgress`, progress, claim: 'Bound', running: { status: 'True', reason: 'Pod is running', message: '' } });
    await pause(context);
  }
  await annotateClaim(dataVolume, context, { [CDI.podPhase]: 'Succeeded', [CDI.running]: 'false', [CDI.runningReason]: 'Completed', [CDI.runningMessage]: 'Import Complete' });
  await setStage(dataVolume, context, { phase: 'Succeeded', progress: '100.0%', claim: 'Bound', running: { status: 'False', reason: 'Completed', message: `${verb} Complete` } });
  await recordEvent(context.cluster, dataVolume, 'datavolume-import-controller', { type: 'Normal', reason: `${verb}Succeeded`, message: verb === 'Clone' ? `Successfully cloned into ${name}` : `Successfully imported into PVC ${name}` }, context.signal);
}

// If CDI cannot reach a source, it never gives up. Its pod crashes and is restarted, with longer and longer pauses. The
// DataVolume stays in progress, and its restart count grows.
async function crashLoop(dataVolume: KubeObject, failure: { reason: string; message: string }, context: FillContext): Promise<void> {
  for (let restarts = 0; ; restarts++) {
    await setStage(dataVolume, context, { phase: 'ImportInProgress', progress: 'N/A', claim: 'Bound', restarts, running: { status: 'True', reason: 'Pod is running', message: '' } });
    await pause(context);
    await annotateClaim(dataVolume, context, { [CDI.podRestarts]: String(restarts), [CDI.running]: 'false', [CDI.runningReason]: failure.reason, [CDI.runningMessage]: failure.message });
    await setStage(dataVolume, context, { phase: 'ImportInProgress', progress: 'N/A', claim: 'Bound', restarts, running: { status: 'False', ...failure } });
    await recordEvent(context.cluster, dataVolume, 'datavolume-import-controller', { type: 'Warning', reason: failure.reason, message: failure.message }, context.signal);
    await delay(Math.min(context.stepMs * 2 ** Math.min(restarts, 6), 10_000), undefined, { signal: context.signal });
  }
}

function requestedBytes(claim: KubeObject): number {
  const { requests } = (claim.spec?.resources ?? {}) as { requests?: { storage?: string } };
  return parseQuantity(requests?.storage ?? '') ?? 0;
}

async function resolveSource(dataVolume: KubeObject, { cluster, signal }: FillContext): Promise<DiskSource> {
  const reference = dataVolume.spec?.sourceRef as { kind?: string; name?: string; namespace?: string } | undefined;
  if (reference?.name === undefined) return sourceOf(dataVolume);
  const type = { apiVersion: dataVolume.apiVersion, kind: 'DataSource', plural: 'datasources', namespaced: true };
  const dataSource = await cluster.get({ type, name: reference.name, namespace: reference.namespace ?? dataVolume.metadata.namespace ?? 'default' }, { signal });
  return sourceOf(dataVolume, (dataSource?.spec?.source as Record<string, unknown> | undefined) ?? {});
}

async function waitForCloneSource(dataVolume: KubeObject, source: { namespace: string; name: string }, context: FillContext): Promise<void> {
  const { cluster, signal, stepMs } = context;
  for (let told = false; ; told = true) {
    const claim = await cluster.get({ type: kinds.PersistentVolumeClaim, ...source }, { signal });
    if (claim !== undefined) return;
    if (!told) {
      const problem = { reason: 'CloneWithoutSource', message: `The source pvc ${source.name} doesn't exist` };
      await setStage(dataVolume, context, { phase: 'Pending', ready: problem });
      await recordEvent(cluster, dataVolume, 'datavolume-import-controller', { type: 'Warning', ...problem }, signal);
    }
    await delay(stepMs * 2, undefined, { signal });
  }
}

async function ensureClaim(dataVolume: KubeObject, source: DiskSource, context: FillContext): Promise<KubeObject> {
  const { signal, stepMs } = context;
  for (let told = ''; ; ) {
    const existing = await getClaim(dataVolume, context);
    if (existing === undefined) {
      const made = await makeClaim(dataVolume, source, context, told);
      if (typeof made !== 'string') return made;
      told = made;
    } else {
      const ours = existing.metadata.ownerReferences?.some((owner) => owner.uid === dataVolume.metadata.uid) ?? false;
      if (ours || existing.metadata.annotations?.[CDI.populatedFor] === dataVolume.metadata.name) return existing;
      told = await refuse(dataVolume, context, told);
    }
    await delay(stepMs * 2, undefined, { signal });
  }
}

/** CDI says this only in an event. */
async function refuse(dataVolume: KubeObject, context: FillContext, told: string): Promise<string> {
  const message = `Resource "${dataVolume.metadata.name}" already exists and is not managed by DataVolume`;
  if (told === message) return message;
  await setStage(dataVolume, context, { phase: 'Pending' });
  await recordEvent(context.cluster, dataVolume, 'datavolume-import-controller', { type: 'Warning', reason: 'ErrResourceExists', message }, context.signal);
  return message;
}

/** Makes the claim. If that is not possible now, returns the problem, which it has reported. */
async function makeClaim(dataVolume: KubeObject, source: DiskSource, context: FillContext, told: string): Promise<KubeObject | string> {
  const { cluster, signal } = context;
  try {
    const defaults = await claimDefaults(dataVolume, await cluster.list(kinds.StorageClass, { signal }), (name) => propertySets(name, context));
    return await cluster.create(claimFor(dataVolume, source, defaults), { signal });
  } catch (error) {
    if (!(error instanceof ClaimNotValid)) throw error;
    const problem = { reason: 'ErrClaimNotValid', message: error.message };
    if (told === error.message) return told;
    for (const message of new Set([error.event, error.message])) await recordEvent(cluster, dataVolume, 'datavolume-import-controller', { type: 'Warning', reason: problem.reason, message }, signal);
    await setStage(dataVolume, context, { phase: undefined, ready: problem });
    return error.message;
  }
}

/** CDI makes a profile for each class. If CDI does not know the class, the profile is empty. */
async function propertySets(name: string, { cluster, signal }: FillContext): Promise<readonly ClaimPropertySet[]> {
  const type = { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'StorageProfile', plural: 'storageprofiles', namespaced: false };
  const profile = await cluster.get({ type, name }, { signal });
  return (profile?.status?.['claimPropertySets'] as ClaimPropertySet[] | undefined) ?? [];
}

/** An event of the claim may get lost. */
const longestWaitMs = 5_000;

/** With hundreds of disks, reading each claim again and again would keep the API server busy. */
async function waitForBound(dataVolume: KubeObject, context: FillContext): Promise<KubeObject> {
  const { namespace = 'default', name } = dataVolume.metadata;
  const { signal } = context;
  for (let told = ''; ; ) {
    // From before the read: no change gets lost between the two.
    const changed = context.changed?.(`${namespace}/${name}`);
    const current = await getClaim(dataVolume, context);
    if (current !== undefined && claimPhase(current) === 'Bound') return current;
    const phase = (await waitsForConsumer(current, context)) ? 'WaitForFirstConsumer' : 'Pending';
    if (phase !== told) await setStage(dataVolume, context, { phase, progress: 'N/A', claim: 'Pending' });
    told = phase;
    await (changed === undefined ? delay(100, undefined, { signal }) : Promise.race([changed, delay(longestWaitMs, undefined, { signal })]));
  }
}

async function waitsForConsumer(claim: KubeObject | undefined, { cluster, signal }: FillContext): Promise<boolean> {
  const name = claim?.spec?.storageClassName;
  if (typeof name !== 'string' || claim?.metadata.annotations?.[CDI.immediate] !== undefined) return false;
  const storageClass = await cluster.get({ type: kinds.StorageClass, name }, { signal });
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

async function setStage(dataVolume: KubeObject, { cluster, signal }: FillContext, stage: Stage): Promise<void> {
  const ref = { type: kinds.DataVolume, name: dataVolume.metadata.name, namespace: dataVolume.metadata.namespace ?? 'default' };
  const live = await cluster.get(ref, { signal });
  if (live?.metadata.uid !== dataVolume.metadata.uid) return;
  await cluster.mergePatch(ref, { status: statusAt(live ?? dataVolume, stage) }, { signal, subresource: 'status' });
}

async function annotateClaim(dataVolume: KubeObject, { cluster, signal }: FillContext, annotations: Record<string, string>): Promise<void> {
  const ref = { type: kinds.PersistentVolumeClaim, name: dataVolume.metadata.name, namespace: dataVolume.metadata.namespace ?? 'default' };
  await cluster.mergePatch(ref, { metadata: { annotations } }, { signal });
}

async function getClaim(dataVolume: KubeObject, { cluster, signal }: FillContext): Promise<KubeObject | undefined> {
  return cluster.get({ type: kinds.PersistentVolumeClaim, name: dataVolume.metadata.name, namespace: dataVolume.metadata.namespace ?? 'default' }, { signal });
}

function claimPhase(claim: KubeObject): string {
  const phase = claim.status?.phase;
  return typeof phase === 'string' ? phase : 'Pending';
}

async function pause({ stepMs, signal }: FillContext): Promise<void> {
  await delay(stepMs, undefined, { signal });
}
