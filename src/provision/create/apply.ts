import type { ApplyOptions, ApplyResult, KubeObject } from '../../cluster/types.js';
import { VirtualMachine } from '../../cluster/kinds.js';
import { cloudInitSecret } from '../../render/index.js';
import type { KubeManifest, RenderedDevice } from '../../render/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { ANNOTATION_DEVICE, ANNOTATION_HUB, MANAGER } from '../../spec/labels.js';
import { fieldChanges } from '../common/field-changes.js';
import { noteOf } from '../common/first-boot.js';
import { at } from '../../support/plain.js';
import { runStrategyOf } from '../../cluster/virtual-machine.js';
import type { Change } from '../../readiness/types.js';
import { dropService } from './drop-service.js';
import type { CreateState, CreateStep } from './state.js';
import { tellRestart } from './tell-restart.js';
import { isUserDataNew, USER_DATA_CHANGED } from './user-data.js';

/**
 * The Secret comes before the VM, which could not start without it, and is labelled, so that `delete` finds it even
 * if nothing else came to be; it gets the VM as its owner once there is one. Each line is a server-side apply, so a
 * run that was killed anywhere is taken up by the next one.
 */
export const apply: CreateStep = {
  name: 'apply',
  async run(state) {
    const rendered = state.rendered;
    if (rendered === undefined) throw new EdgeVmError('unexpected', 'nothing was rendered');
    const owner = state.liveVm === undefined ? undefined : ownerOf(state.liveVm);
    const secret = await send(state, secretManifest(rendered, owner));
    record(state, secret, secret.outcome === 'changed' && isUserDataNew(state.liveVm, rendered) ? { detail: USER_DATA_CHANGED } : {});
    const vm = await send(state, vmManifest(state, rendered));
    record(state, vm, fieldsOf(state.liveVm, vm));
    const own = ownerOf(vm.object);
    if (own !== undefined && own.uid !== owner?.uid) await send(state, secretManifest(rendered, own));
    if (rendered.service !== undefined) {
      const service = await send(state, withOwner(rendered.service, own));
      record(state, service, fieldsOf(state.liveService, service));
    }
    await dropService(state);
    await tellRestart(state, state.liveVm, vm.object);
    state.liveVm = vm.object;
    return { detail: summary(state) };
  },
};

function summary({ changes }: CreateState): string {
  return changes.every(({ outcome }) => outcome === 'unchanged') ? 'nothing changed' : changes.map((c) => `${c.kind} ${c.outcome}`).join(', ');
}

function record(state: CreateState, { object, outcome }: ApplyResult, more: Pick<Change, 'fields' | 'detail'>): void {
  state.changes.push({ kind: object.kind, name: object.metadata.name, outcome, ...more });
}

function fieldsOf(before: KubeObject | undefined, { object, outcome }: ApplyResult): Pick<Change, 'fields'> {
  return outcome === 'changed' && before !== undefined ? { fields: fieldChanges(before, object) } : {};
}

interface Owner {
  uid: string;
  name: string;
}

function ownerOf(vm: KubeObject): Owner | undefined {
  return vm.metadata.uid === undefined ? undefined : { uid: vm.metadata.uid, name: vm.metadata.name };
}

/** Without `blockOwnerDeletion`, which would ask for a right on the VM's finalizers. */
function withOwner<T extends KubeManifest>(object: T, owner: Owner | undefined): T {
  if (owner === undefined) return object;
  const ownerReferences = [{ apiVersion: VirtualMachine.apiVersion, kind: VirtualMachine.kind, ...owner }];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** Annotated with the device, so that `delete` knows it even where a killed run left nothing but the Secret. */
function secretManifest(rendered: RenderedDevice, owner: Owner | undefined): KubeManifest {
  const manifest = cloudInitSecret(rendered, 'include');
  if (manifest === undefined) throw new EdgeVmError('unexpected', 'the Secret was not rendered');
  const { [ANNOTATION_HUB]: hub = '', [ANNOTATION_DEVICE]: device = '' } = rendered.virtualMachine.metadata.annotations ?? {};
  const annotations = { ...manifest.metadata.annotations, [ANNOTATION_HUB]: hub, [ANNOTATION_DEVICE]: device };
  return withOwner({ ...manifest, metadata: { ...manifest.metadata, annotations } }, owner);
}

/**
 * `virtctl stop` and `start` write `runStrategy` into the same object. While the field is ours, the live value is sent
 * back (leaving it out would remove it); once it is theirs, it is left out, so that re-applying neither starts a
 * stopped VM, nor conflicts, nor becomes a second owner of what it does not decide.
 */
function vmManifest(state: CreateState, rendered: RenderedDevice): KubeManifest {
  const manifest = rendered.virtualMachine;
  const live = state.liveVm;
  const annotations = { ...manifest.metadata.annotations, ...(state.firstBoot === undefined ? {} : noteOf(state.firstBoot)) };
  const spec = { ...(manifest.spec as Record<string, unknown>) };
  if (live !== undefined && ownsRunStrategy(live)) spec.runStrategy = runStrategyOf(live);
  else if (live !== undefined) delete spec.runStrategy;
  return { ...manifest, metadata: { ...manifest.metadata, annotations }, spec };
}

function ownsRunStrategy(live: KubeObject): boolean {
  const ours = (live.metadata.managedFields ?? []).filter((entry) => entry.manager === MANAGER && entry.operation === 'Apply');
  return ours.some((entry) => at(entry.fieldsV1, 'f:spec', 'f:runStrategy') !== undefined);
}

async function send(state: CreateState, object: KubeManifest): Promise<ApplyResult> {
  const { cluster } = state.context;
  const { dryRun, takeOwnership } = state.request;
  const apply: ApplyOptions = { signal: state.deadline.signal, dryRun: dryRun === 'server', force: takeOwnership };
  return cluster.apply(object, apply);
}
