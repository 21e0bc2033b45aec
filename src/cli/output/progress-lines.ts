import type { ProvisionEvent } from '../../readiness/types.js';
import { hintOf } from './advice.js';
import { formatSeconds } from './format.js';
import { hanging } from './wrap.js';

const nameWidth = 12;

/** The finished line of a stage; `indent` columns stand before it. */
export function stageLine(event: Extract<ProvisionEvent, { type: 'stage' }>, width = Number.POSITIVE_INFINITY, indent = 0): string {
  const head = `${event.stage.padEnd(nameWidth)} ${formatSeconds(event.seconds).padStart(8)}`;
  return event.detail === undefined ? head : `${head}  ${hanging(event.detail, indent + head.length + 2, width)}`;
}

/** A warning, with what edge-vm can do about it in words of the command line. */
export function warningOf({ message, advice }: Extract<ProvisionEvent, { type: 'warning' }>, programName: string): string {
  return hintOf({ hint: message, advice }, programName) ?? message;
}
