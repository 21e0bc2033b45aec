import { STAGES, type Stage } from '../../readiness/types.js';
import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import type { EdgeCommand } from '../run/command.js';
import { formatSeconds, parseDuration } from '../output/format.js';
import { addFlags, text, type FlagValues } from './group.js';

/** `--timeout` alone, with its default in the help. */
export function addTimeoutFlag(command: EdgeCommand, heading: string, standard: string, before = ''): void {
  addFlags(command, heading, [{ flags: '--timeout <duration>', help: `${before}e.g. 90s, 15m, 1h30m; a number alone is seconds`, default: standard }]);
}

/** `--wait-for` and `--timeout`; with a help text, also `--no-wait`. */
export function addWaitFlags(command: EdgeCommand, { standard = '15m', noWait }: { standard?: string; noWait?: string | undefined } = {}): void {
  addFlags(command, 'Waiting', [
    { flags: '--wait-for <stage>', help: `${STAGES.slice(0, 6).join(', ')}, ${STAGES.slice(6).join(', ')}`, default: 'connected', choices: STAGES },
  ]);
  addTimeoutFlag(command, 'Waiting', standard);
  if (noWait !== undefined) addFlags(command, 'Waiting', [{ flags: '--no-wait', help: noWait }]);
}

/** What these flags say; adds a problem if they do not fit together. */
export function waiting(values: FlagValues, standard: string, problems: Problem[]): { wait: boolean; waitFor: Stage; timeoutMs: number } {
  const wait = values['wait'] !== false;
  if (!wait && text(values, 'waitFor') !== undefined) problems.push({ kind: 'conflict', field: '--no-wait, --wait-for', message: 'give only one of them' });
  return { wait, waitFor: waitStage(values), timeoutMs: timeoutMs(values, standard, problems) };
}

export function waitStage(values: FlagValues): Stage {
  return (text(values, 'waitFor') ?? 'connected') as Stage;
}

/** The time limit in milliseconds; a bad one becomes a problem. */
export function timeoutMs(values: FlagValues, standard: string, problems: Problem[]): number {
  return duration(values, 'timeout', standard, problems);
}

/** A duration in milliseconds; one that is bad or shorter than `leastMs` becomes a problem. */
export function duration(values: FlagValues, name: string, standard: string, problems: Problem[], leastMs = 1): number {
  const given = text(values, name) ?? standard;
  const result = parseDuration(given);
  if (result !== undefined && result >= leastMs) return result;
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const least = leastMs > 1 ? ` of at least ${formatSeconds(leastMs / 1000)}` : '';
  const what = /^0+(?:\.0+)?(?:ms|s|m|h)?$/.test(given) && leastMs <= 1 ? 'must be longer than 0,' : `must be a duration${least}`;
  problems.push({ kind: 'invalid', field: flag, message: `${what} such as 90s, 15m or 1h30m; a number alone is seconds`, ...gotOf(given) });
  return 0;
}
