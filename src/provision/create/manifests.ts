import type { KubeObject } from '../../cluster/types.js';
import { VirtualMachine } from '../../cluster/kinds.js';
import { firmwareUuidOf, runStrategyOf } from '../../cluster/virtual-machine.js';
import { cloudInitSecret } from '../../render/index.js';
import type { KubeManifest, RenderedDevice } from '../../render/types.js';
import { ANNOTATION_DEVICE, ANNOTATION_HUB, MANAGER } from '../../spec/labels.js';
import { EdgeVmError } from '../../support/errors.js';
import { at } from '../../support/plain.js';
import { noteOf } from '../../readiness/first-boot.js';
import { KEPT_KEY } from '../kept/document.js';
import type { CreateRequest } from '../types.js';
import { withoutOtherFactors } from './cpu-topology.js';
import type { PreparedDevice } from './prepared.js';

/** The parts of a prepared device that its manifests depend on. */
export type Manifests = Pick<PreparedDevice, 'rendered' | 'live' | 'firstBoot' | 'kept'> & { request: Pick<CreateRequest, 'owner'> };

/** The objects to send. If no resource controls the device, they have no owner yet: the VM will own the others. */
export function manifestsOf({ rendered, live, firstBoot, kept, request: { owner } }: Manifests): { secret: KubeManifest; vm: KubeManifest; service: KubeManifest | undefined } {
  const owned = <T extends KubeManifest | undefined>(manifest: T): T => (owner === undefined || manifest === undefined ? manifest : { ...manifest, metadata: { ...manifest.metadata, ownerReferences: [{ ...owner, controller: true }] } });
  return { secret: owned(secretManifest(rendered, kept)), vm: owned(vmManifest(rendered, live.vm, firstBoot)), service: owned(rendered.service) };
}

/** It also holds the kept device. It has annotations for hub and device id, so that `delete` knows the device even if a killed run left only the Secret. */
function secretManifest(rendered: RenderedDevice, kept: string | undefined): KubeManifest {
  const manifest = cloudInitSecret(rendered, 'include');
  if (manifest === undefined) throw new EdgeVmError('unexpected', 'the Secret was not rendered');
  const { [ANNOTATION_HUB]: hub = '', [ANNOTATION_DEVICE]: device = '' } = rendered.virtualMachine.metadata.annotations ?? {};
  const data = { ...(manifest.data as Record<string, string>), ...(kept === undefined ? {} : { [KEPT_KEY]: Buffer.from(kept, 'utf8').toString('base64') }) };
  return { ...manifest, data, metadata: { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, [ANNOTATION_HUB]: hub, [ANNOTATION_DEVICE]: device } } };
}

/**
 * `virtctl stop` and `start` write `runStrategy` into the same object. While edge-vm owns the field, it sends the live
 * value back (else the apply would remove it). If the others own it, edge-vm leaves it out. So another apply does not start
 * a stopped VM, has no conflict, and does not become a second owner of a field that it does not decide.
 */
function vmManifest({ virtualMachine: manifest, userDataHash }: RenderedDevice, live: KubeObject | undefined, firstBoot: Manifests['firstBoot']): KubeManifest {
  // A disk that has not booted yet will get the new settings.
  const note = noteOf(firstBoot ?? { hash: userDataHash, uuid: firmwareUuidOf(manifest) ?? '' });
  const spec = { ...withoutOtherFactors(manifest.spec as Record<string, unknown>, live) };
  if (live !== undefined && isOursToSay(live)) spec.runStrategy = runStrategyOf(live);
  else if (live !== undefined) delete spec.runStrategy;
  return { ...manifest, metadata: { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, ...note } }, spec };
}

/** `running` counts as `runStrategy`, unless another manager also owns it: then it stays, and the server would refuse both together. */
function isOursToSay(live: KubeObject): boolean {
  const entries = live.metadata.managedFields ?? [];
  const ours = entries.filter((entry) => entry.manager === MANAGER && entry.operation === 'Apply');
  const holds = (some: typeof entries, field: string): boolean => some.some((entry) => at(entry.fieldsV1, 'f:spec', field) !== undefined);
  if (holds(ours, 'f:runStrategy')) return true;
  return holds(ours, 'f:running') && !holds(entries.filter((entry) => !ours.includes(entry)), 'f:running');
}

/** The VM as the owner of the other objects. */
export interface Owner {
  uid: string;
  name: string;
}

export function ownerOf(vm: KubeObject | undefined): Owner | undefined {
  return vm?.metadata.uid === undefined ? undefined : { uid: vm.metadata.uid, name: vm.metadata.name };
}

/** Without `blockOwnerDeletion`, which needs a right on the VM's finalizers. */
export function withOwner<T extends KubeManifest>(object: T, owner: Owner | undefined): T {
  if (owner === undefined) return object;
  const ownerReferences = [{ apiVersion: VirtualMachine.apiVersion, kind: VirtualMachine.kind, ...owner }];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
