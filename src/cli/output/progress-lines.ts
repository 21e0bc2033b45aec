import type { ProvisionEvent } from '../../readiness/types.js';
import { hintOf } from './advice.js';
import { formatSeconds } from './format.js';
import { hanging } from './wrap.js';

const nameWidth = 12;

/** The last line of a stage, with an indent of `indent` columns. */
export function stageLine(event: Extract<ProvisionEvent, { type: 'stage' }>, width = Number.POSITIVE_INFINITY, indent = 0): string {
  const head = `${event.stage.padEnd(nameWidth)} ${formatSeconds(event.seconds).padStart(8)}`;
  return event.detail === undefined ? head : `${head}  ${hanging(event.detail, indent + head.length + 2, width)}`;
}

/** A warning, with edge-vm's flags or commands for it. */
export function warningOf({ message, advice }: Extract<ProvisionEvent, { type: 'warning' }>, programName: string): string {
  return hintOf({ hint: message, advice }, programName) ?? message;
}
