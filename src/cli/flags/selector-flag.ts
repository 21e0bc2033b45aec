import { parseSelector, SelectorError } from '../../cluster/label-selector.js';
import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import type { EdgeCommand } from '../run/command.js';
import { addFlags, text, type FlagValues } from './group.js';

/** `-l` with kubectl's name and syntax. */
export function addSelectorFlag(command: EdgeCommand, heading: string, help = 'devices with these labels: site=north,line in (1, 2),!old'): void {
  addFlags(command, heading, [{ flags: '-l, --selector <labels>', help }]);
}

/** The selector as the server takes it; `undefined` if there is none. A selector that no server accepts becomes a problem. */
export function selector(values: FlagValues, problems: Problem[]): string | undefined {
  const given = text(values, 'selector');
  if (given === undefined) return undefined;
  try {
    parseSelector(given);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    problems.push({ kind: 'invalid', field: '--selector', message: error.message, ...gotOf(given) });
  }
  return given;
}
