import type { Consequence } from '../../provision/index.js';
import type { ChangeEffect } from '../../spec/schema/node.js';
import { valueText } from './summary.js';

const effects: Readonly<Record<ChangeEffect, string>> = {
  'at-once': 'at once',
  restart: 'once the machine is restarted',
  'first-boot': 'at a first boot only: raise spec.firstBootGeneration',
  never: 'cannot change: delete the device and create it again',
};

/** The change that makes the guest run its first boot again: the generation, or what it sets in the machine. */
function makesFirstBoot({ path }: Consequence): boolean {
  return path === 'spec.firstBootGeneration' || path.endsWith('.firmware.uuid');
}

/** Whether these changes make the guest run its first boot again, and with it all that needs one. */
export function haveFirstBoot(consequences: readonly Consequence[]): boolean {
  return consequences.some(makesFirstBoot);
}

/**
 * One line for each change: `spec.vm.memory: 8Gi → 2Gi (removed; once the machine is restarted)`.
 *
 * @param all the changes of the device, if these are a part of them: one of the others may make a first boot.
 */
export function consequenceLines(consequences: readonly Consequence[], all = consequences): string[] {
  const comes = haveFirstBoot(all);
  return consequences.map((one) => {
    const { path, from, to, effect, removed } = one;
    const values = from === null && to === null ? '' : `: ${valueText(from)} → ${valueText(to)}`;
    const when = !comes || effect !== 'first-boot' ? effects[effect] : makesFirstBoot(one) ? 'the guest runs a first boot once the machine is restarted' : 'at the coming first boot';
    return `${path}${values} (${removed ? 'removed; ' : ''}${when})`;
  });
}
