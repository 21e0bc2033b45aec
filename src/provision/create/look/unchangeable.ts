import type { KubeObject } from '../../../cluster/types.js';
import { dataVolumeTemplates } from '../../../cluster/virtual-machine.js';
import type { RenderedDevice } from '../../../render/types.js';
import { InvalidInputError, type Problem } from '../../../support/errors.js';
import { isSubset, textAt } from '../../../support/plain.js';
import type { Consequence } from '../prepared.js';
import type { Run } from '../run.js';
import type { DiskFindings } from './disks.js';

const ARCHITECTURE = 'spec.vm.architecture';
const again = 'cannot change on an existing device: delete the device and create it again';

/**
 * Refuses changes that can never take effect: KubeVirt keeps the architecture of a VirtualMachine, and a filled disk keeps its
 * size, image and class. Applying them would only make the kept device differ from the real one. A comparison shows them,
 * and an operator has the rules of its CustomResourceDefinition.
 */
export function refuseUnchangeable({ request }: Run, rendered: RenderedDevice, vm: KubeObject | undefined, { disks }: DiskFindings, consequences: readonly Consequence[]): void {
  if (vm === undefined || request.compareOnly === true || request.owner !== undefined) return;
  const differs = dataVolumeTemplates(rendered.virtualMachine).some(({ name, spec }) => isOtherThanFilled(spec, disks.get(name)));
  const problems = consequences.filter(({ path, effect }) => effect === 'never' && differs && path !== ARCHITECTURE)
    .map(({ path, from, to }): Problem => ({ kind: 'invalid', field: path, message: `${again} (${textOf(from)} → ${textOf(to)})` }));
  const [was, wanted] = [vm, rendered.virtualMachine].map((one) => textAt(one.spec, 'template', 'spec', 'architecture'));
  if (was !== undefined && wanted !== undefined && was !== wanted) problems.unshift({ kind: 'invalid', field: ARCHITECTURE, message: `${again} (${was} → ${wanted})` });
  if (problems.length > 0) throw new InvalidInputError(problems);
}

/** The disk is filled, and differs from what is wanted. One that was never filled is made again. */
export function isOtherThanFilled(wanted: unknown, disk: KubeObject | undefined): boolean {
  return textAt(disk?.status, 'phase') === 'Succeeded' && !isSubset(wanted, disk!.spec);
}

function textOf(value: unknown): string {
  return value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
