import { isDeepStrictEqual } from 'node:util';
import type { ApplyResult, KubeObject } from '../../../cluster/types.js';
import type { KubeManifest } from '../../../render/types.js';
import { withoutNote } from '../../../readiness/first-boot.js';
import type { Change } from '../../../readiness/types.js';
import { MANAGER } from '../../../spec/labels.js';
import { fieldChanges } from '../../common/field-changes.js';
import { manifestsOf, ownerOf, withOwner } from '../manifests.js';
import type { PreparedDevice } from '../prepared.js';
import type { Done, Run } from '../run.js';
import { secretDetail } from '../user-data.js';
import { dropService } from './drop-service.js';
import { reportRestart } from './report-restart.js';

/**
 * The Secret comes before the VM, which cannot start without it. It has labels, so that `delete` finds it even if there is
 * nothing else. When the VM exists, it becomes the owner of the Secret, unless a resource controls the device. Each line is a server-side apply, so if a run was
 * killed at any point, the next one continues it. Gives the VM.
 */
export async function applyObjects(run: Run, prepared: PreparedDevice): Promise<Done<KubeObject>> {
  const { live } = prepared;
  const manifests = manifestsOf(prepared);
  const { owner: controller } = run.request;
  const owner = controller === undefined ? ownerOf(live.vm) : undefined;
  const secret = await send(run, withOwner(manifests.secret, owner), live.secret ?? null, 'metadata');
  record(run, secret, secret.outcome === 'changed' ? secretDetail(prepared) : {});
  const vm = await send(run, manifests.vm, live.vm ?? null);
  record(run, isNoteOnly(live.vm, vm.object) ? { ...vm, outcome: 'unchanged' } : vm, fieldsOf(live.vm, vm));
  const own = controller === undefined ? ownerOf(vm.object) : undefined;
  if (own !== undefined && own.uid !== owner?.uid) await send(run, withOwner(manifests.secret, own), secret.object, 'metadata');
  if (manifests.service !== undefined) {
    const service = await send(run, withOwner(manifests.service, own), live.service);
    record(run, service, fieldsOf(live.service, service));
  }
  await dropService(run, prepared);
  const isReplaced = prepared.outdated.instance !== undefined || run.request.restart === true;
  // A controller watches the VM, and does not wait for KubeVirt here.
  if (!isReplaced && controller === undefined) await reportRestart(run, prepared.subject, live.vm, vm.object);
  return { value: vm.object, detail: summary(run.report.changes) };
}

function summary(changes: readonly Change[]): string {
  return changes.every(({ outcome }) => outcome === 'unchanged') ? 'nothing changed' : changes.map((c) => `${c.kind} ${c.outcome}`).join(', ');
}

function record({ report }: Run, { object, outcome }: ApplyResult, more: Pick<Change, 'fields' | 'detail'>): void {
  report.changes.push({ kind: object.kind, name: object.metadata.name, outcome, ...more });
}

function fieldsOf(before: KubeObject | undefined, { object, outcome }: ApplyResult): Pick<Change, 'fields'> {
  return outcome === 'changed' && before !== undefined ? { fields: fieldChanges(before, object) } : {};
}

/** Nothing changed but what is noted of the guest's first boot. */
function isNoteOnly(before: KubeObject | undefined, after: KubeObject): boolean {
  if (before === undefined) return false;
  const known = ({ metadata: { labels, annotations, ownerReferences }, spec }: KubeObject): unknown => [labels, annotations, ownerReferences, spec];
  return !isDeepStrictEqual(known(before), known(after)) && isDeepStrictEqual(known(withoutNote(before)), known(withoutNote(after)));
}

/** @param before the object before the change; `undefined` if it is not known */
async function send({ context, request, deadline }: Run, object: KubeManifest, before: KubeObject | null | undefined, answer?: 'metadata'): Promise<ApplyResult> {
  return context.cluster.apply(object, { ...(before === undefined ? {} : { before }), ...(answer === undefined ? {} : { answer }), fieldManager: MANAGER, signal: deadline.signal, dryRun: request.dryRun === 'server', force: request.takeOwnership });
}
