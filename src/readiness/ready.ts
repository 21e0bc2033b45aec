import { CAUSES } from '../support/causes.js';
import type { Evaluation } from './evaluate.js';
import { given } from './reasons.js';
import { conditionType, STAGES, type Cause, type Stage } from './types.js';
import { no, yes, type Verdict } from './verdict.js';

/**
 * The summary of a device. True: the awaited stage is reached, and there is no cause. False: the reason is the cause
 * (`DeviceNotFound`), or that of the lowest stage that is not reached. Unknown: nobody knows whether the stage is reached.
 */
export function readyVerdict({ verdicts }: Evaluation, waitFor: Stage, cause?: Cause): Verdict {
  const awaited = verdicts[waitFor];
  if (cause !== undefined && (isAboutDevice(cause) || awaited.status === 'True')) return no(given(camelCase(cause.code)), cause.message);
  if (awaited.status === 'True') return yes(given(conditionType(waitFor)), `stage ${waitFor} is reached: ${awaited.message}`);
  const waiting = awaited.status === 'False' ? (STAGES.slice(0, STAGES.indexOf(waitFor)).find((stage) => verdicts[stage].status === 'False') ?? waitFor) : waitFor;
  const { status, reason, message } = verdicts[waiting];
  return { status, reason, message: `stage ${waiting}: ${message}` };
}

/** Not if only the command ended: its time was up, or a person stopped it. */
function isAboutDevice({ code }: Cause): boolean {
  return !['timeout', 'interrupted'].includes(CAUSES[code].exit);
}

/** `device-not-found` → `DeviceNotFound`. */
export function camelCase(code: string): string {
  return code.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
