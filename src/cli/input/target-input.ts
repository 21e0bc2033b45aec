import { isOn } from '../flags/group.js';
import { selector } from '../flags/selector-flag.js';
import type { Invocation } from '../run/action.js';
import { nameArguments } from './name-argument.js';

/** The devices of a command: one by its name, several by their names, or a selection of those that exist. */
export type Targets =
  | { kind: 'one'; name: string }
  | { kind: 'names'; names: string[] }
  | { kind: 'selection'; labelSelector?: string; everywhere: boolean };

/** Reads names, `-l` and `--all`; adds a problem if they do not fit together. */
export function targetsOf(invocation: Invocation): Targets {
  const { session: { problems }, values } = invocation;
  const names = nameArguments(invocation);
  const labelSelector = selector(values, problems);
  const all = isOn(values, 'all');
  const everywhere = isOn(values, 'allNamespaces');
  const given = [...(names.length > 0 ? ['NAME'] : []), ...(labelSelector === undefined ? [] : ['-l']), ...(all ? ['--all'] : [])];
  // Behind an unknown flag or a missing value, nothing is known about the arguments.
  const isUnclear = problems.some(({ kind }) => kind === 'unknown-field' || kind === 'missing');
  if (given.length === 0 && !isUnclear) problems.push({ kind: 'missing', field: 'arguments', message: 'name is missing; give NAME, several of them, -l LABELS or --all' });
  if (given.length > 1) problems.push({ kind: 'conflict', field: given.join(', '), message: 'give only one of them' });
  if (everywhere && names.length > 0) problems.push({ kind: 'conflict', field: 'NAME, -A', message: 'give only one of them: a name belongs to one namespace' });
  if (names.length === 1) return { kind: 'one', name: names[0]! };
  if (names.length > 1) return { kind: 'names', names };
  return { kind: 'selection', everywhere, ...(labelSelector === undefined ? {} : { labelSelector }) };
}
