import type { Wanted as WantedCondition } from '../conditions.js';
import type { Reported } from './report.js';
import type { EdgeDeploymentStatus } from './types.js';

/** What one look at an EdgeDeployment found. */
export interface Look {
  devices: readonly Reported[];
  /** Without `Ready`, which follows from the others. */
  conditions: readonly WantedCondition[];
  configuration?: EdgeDeploymentStatus['configuration'];
  /** Replaces the counts of the devices, because the hub counts more devices than the namespace has. */
  counts?: EdgeDeploymentStatus['counts'];
  /** The generation that devices have now; absent: none has it. */
  appliedGeneration?: number | undefined;
  /** Milliseconds until the next look. */
  afterMs: number;
}

/** Names in a message: a few, and how many more. */
export function some(items: readonly string[], most = 5): string {
  return items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

/** A selector that nobody's labels fit is nearly always a mistake, and looks like success otherwise. */
export const nothingSelected = 'no EdgeDevice of the namespace is selected';

/** `1 device`, `2 devices`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
