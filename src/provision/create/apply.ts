import type { ApplyOptions, ApplyResult, KubeObject } from '../../cluster/types.js';
import { VirtualMachine } from '../../cluster/kinds.js';
import { cloudInitSecret } from '../../render/index.js';
import type { KubeManifest, RenderedDevice } from '../../render/types.js';
import { EdgeVmError } from '../../spec/errors.js';
import { ANNOTATION_DEVICE, ANNOTATION_FIRST_BOOT_HASH, ANNOTATION_HUB, MANAGER } from '../common/metadata.js';
import { at, runStrategyOf } from '../common/vm-spec.js';
import { firstBootHash } from './drift.js';
import type { CreateState, CreateStep } from './state.js';

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
    const vm = await send(state, vmManifest(state, rendered));
    const own = ownerOf(vm.object);
    if (own !== undefined && own.uid !== owner?.uid) await send(state, secretManifest(rendered, own), { quiet: true });
    if (rendered.service !== undefined) await send(state, withOwner(rendered.service, own));
    state.liveVm = vm.object;
    return { detail: summary(state, secret) };
  },
};

function summary(state: CreateState, secret: ApplyResult): string {
  const all = [secret.outcome, ...state.changes.map((change) => change.outcome)];
  return all.every((outcome) => outcome === 'unchanged') ? 'nothing changed' : state.changes.map((c) => `${c.kind} ${c.outcome}`).join(', ');
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
  const annotations = { ...manifest.metadata.annotations, [ANNOTATION_FIRST_BOOT_HASH]: firstBootHash(live, rendered) };
  const spec = { ...(manifest.spec as Record<string, unknown>) };
  if (live !== undefined && ownsRunStrategy(live)) spec.runStrategy = runStrategyOf(live);
  else if (live !== undefined) delete spec.runStrategy;
  return { ...manifest, metadata: { ...manifest.metadata, annotations }, spec };
}

function ownsRunStrategy(live: KubeObject): boolean {
  const ours = (live.metadata.managedFields ?? []).filter((entry) => entry.manager === MANAGER && entry.operation === 'Apply');
  return ours.some((entry) => at(entry.fieldsV1, 'f:spec', 'f:runStrategy') !== undefined);
}

async function send(state: CreateState, object: KubeManifest, options: { quiet?: boolean } = {}): Promise<ApplyResult> {
  const { cluster } = state.context;
  const { dryRun, takeOwnership } = state.request;
  const apply: ApplyOptions = { signal: state.deadline.signal, dryRun: dryRun === 'server', force: takeOwnership };
  const result = await cluster.apply(object, apply);
  if (options.quiet !== true) state.changes.push({ kind: object.kind, name: object.metadata.name, outcome: result.outcome });
  return result;
}
