import type { Consequence } from '../../provision/index.js';
import type { ChangeEffect } from '../../spec/schema/node.js';
import { valueText } from './summary.js';

const effects: Readonly<Record<ChangeEffect, string>> = {
  'at-once': 'at once',
  restart: 'once the machine is restarted',
  'first-boot': 'at a first boot only: spec.firstBootGeneration',
  never: 'cannot change: delete the device and create it again',
};

/** `spec.vm.memory: 8Gi → 2Gi (removed; once the machine is restarted)`. */
export function consequenceLine({ path, from, to, effect, removed }: Consequence): string {
  const values = from === null && to === null ? '' : `: ${valueText(from)} → ${valueText(to)}`;
  return `${path}${values} (${removed ? 'removed; ' : ''}${effects[effect]})`;
}
