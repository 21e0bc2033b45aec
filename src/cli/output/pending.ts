import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { wordsOf } from './advice.js';

/** The command that brings applied settings into effect, with its reason; `undefined` if all settings are in effect. */
export function pendingCommand({ name, namespace, pending, owner }: DeviceResult, { io }: Session): { why: string; command: string } | undefined {
  if (pending === undefined) return undefined;
  const isRestart = pending.effect === 'restart';
  const { commands } = wordsOf([isRestart ? { do: 'restart', name, namespace } : { do: 'renew', name, namespace, generation: pending.generation }], io.programName, owner);
  return { why: `settings that were applied take effect at a ${isRestart ? 'restart' : 'new first boot'}`, command: commands[0]! };
}
