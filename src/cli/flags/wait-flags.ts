import { STAGES, type Stage } from '../../readiness/types.js';
import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import type { EdgeCommand } from '../run/command.js';
import { parseDuration } from '../output/format.js';
import { addFlags, text, type FlagValues } from './group.js';

/** `--timeout` alone, with its default in the help. */
export function addTimeoutFlag(command: EdgeCommand, heading: string, standard: string): void {
  addFlags(command, heading, [{ flags: '--timeout <duration>', help: 'e.g. 90s, 15m, 1h30m', default: standard }]);
}

/** `--wait-for` and `--timeout`. */
export function addWaitFlags(command: EdgeCommand, standard = '15m'): void {
  addFlags(command, 'Waiting', [
    { flags: '--wait-for <stage>', help: `${STAGES.slice(0, 6).join(', ')}, ${STAGES.slice(6).join(', ')}`, default: 'connected', choices: STAGES },
  ]);
  addTimeoutFlag(command, 'Waiting', standard);
}

export function waitStage(values: FlagValues): Stage {
  return (text(values, 'waitFor') ?? 'connected') as Stage;
}

/** The time limit in milliseconds; a bad one becomes a problem. */
export function timeoutMs(values: FlagValues, standard: string, problems: Problem[]): number {
  const given = text(values, 'timeout') ?? standard;
  const result = parseDuration(given);
  if (result === undefined) problems.push({ kind: 'invalid', field: '--timeout', message: 'must be a duration such as 90s, 15m or 1h30m', ...gotOf(given) });
  return result ?? 0;
}
