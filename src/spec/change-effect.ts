/**
 * What a change of a field does to a device that is set up: takes effect at once, when its machine is restarted, at a first
 * boot (cloud-init runs once for each disk and generation), or never on a disk that exists.
 */
export type ChangeEffect = 'at-once' | 'restart' | 'first-boot' | 'never';

/** By the beginning of the field's path; the longest that fits counts. */
const effects: readonly (readonly [path: string, effect: ChangeEffect])[] = [
  ['metadata', 'at-once'],
  ['metadata.labels', 'restart'],
  ['spec.identity', 'at-once'],
  ['spec.gateway', 'at-once'],
  ['spec.generation', 'first-boot'],
  ['spec.guest', 'first-boot'],
  ['spec.edge', 'first-boot'],
  ['spec.vm', 'restart'],
  ['spec.vm.template', 'never'],
  ['spec.vm.image', 'never'],
  ['spec.vm.disk', 'never'],
  ['spec.vm.dataDisk', 'first-boot'],
  ['spec.vm.dataDisk.size', 'never'],
  ['spec.vm.dataDisk.storageClass', 'never'],
];

/** The effect of a change of the field at that path (`spec.vm.memory`). */
export function changeEffect(path: string): ChangeEffect {
  const fitting = effects.filter(([start]) => path === start || path.startsWith(`${start}.`) || path.startsWith(`${start}[`));
  return fitting.sort(([a], [b]) => b.length - a.length)[0]?.[1] ?? 'restart';
}
