import type { KubeObject } from '../../../cluster/types.js';
import { InvalidInputError } from '../../../support/errors.js';
import { firmwareUuid } from '../../../spec/names.js';
import { notedGeneration, type FirstBoot } from '../../../readiness/first-boot.js';
import type { Subject } from '../prepared.js';

/**
 * The generation never becomes lower: that would be another firmware UUID, and so a first boot on a disk that is already
 * set up. If the request has none, the device keeps its generation. Throws InvalidInputError for a lower one.
 */
export function withGeneration(subject: Subject, vm: KubeObject | undefined, ofDisk = 1): Subject {
  const asked = subject.device.spec.firstBootGeneration;
  const had = Math.max(notedGeneration(vm), subject.kept?.spec?.firstBootGeneration ?? 1, ofDisk);
  if (asked !== undefined && asked < had) {
    throw new InvalidInputError([{ field: 'spec.firstBootGeneration', message: `must be at least ${had}, which the device has: a lower one would set its disk up again`, got: String(asked) }]);
  }
  if (asked !== undefined || had === 1) return subject;
  const { device, input } = subject;
  return { ...subject, device: { ...device, spec: { ...device.spec, firstBootGeneration: had } }, input: { ...input, spec: { ...input.spec, firstBootGeneration: had } } };
}

/** The most generations to try. A disk of another device, or with an unknown UUID, counts as one of the first generation. */
const mostGenerations = 1000;

/** The generation at which a disk was set up, from its firmware UUID; 1 if the UUID is not one of this device. */
export function generationOf(firstBoot: FirstBoot | undefined, { hubHostname, deviceId }: Subject): number {
  if (firstBoot === undefined) return 1;
  for (let generation = 1; generation <= mostGenerations; generation += 1) {
    if (firmwareUuid(hubHostname, deviceId, generation) === firstBoot.uuid) return generation;
  }
  return 1;
}
