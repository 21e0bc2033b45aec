import { InvalidInputError } from '../../support/errors.js';
import { looksSecret } from '../../support/shown.js';
import { filesAsArguments } from '../input/file-argument.js';
import { plainName } from '../input/name-argument.js';
import type { EdgeCommand } from './command.js';
import { text, type FlagValues } from '../flags/group.js';
import { outputFormat } from '../flags/output-flags.js';
import { makePrinter } from '../output/printer.js';
import type { Session } from './session.js';

/** The input of a command's action. */
export interface Invocation {
  session: Session;
  /** Positional arguments; `undefined` for an optional one that is absent. */
  args: readonly (string | undefined)[];
  values: FlagValues;
}

/**
 * Binds the action of a leaf command. Problems of the command line end it before it begins, unless it collects
 * its own problems (`collects`): then it throws them all together. `device`: it is for the device that its first
 * argument names, so that an error also has the object of that device.
 */
export function setAction(command: EdgeCommand, session: Session, action: (invocation: Invocation) => Promise<number | void>, options: { collects?: boolean; device?: boolean } = {}): void {
  command.action(async () => {
    const values: FlagValues = command.opts();
    const args = command.registeredArguments[0]?.name() === 'name' ? command.args.map(plainName) : [...command.args];
    session.command = pathOf(command);
    session.format = outputFormat(values);
    if (options.device === true) session.about = { name: unlessSecret(args[0]), namespace: unlessSecret(text(values, 'namespace')) };
    session.printer = makePrinter(session.io, session.redactor, values['color'] === false);
    // A secret on the command line is reported alone: other problems would only hide it.
    throwProblems(session);
    const file = await filesAsArguments(command, session, args);
    session.problems.push(...(file === undefined ? command.problems : [file, ...command.problems.filter(({ field }) => field !== 'arguments')]));
    for (const flag of command.unclear) session.unclear.add(flag);
    // What a file says decides over the rest: without it, the other checks would only guess.
    if (file !== undefined || command.unclear.has('--filename')) throwProblems(session);
    if (options.collects !== true) throwProblems(session);
    session.exitCode = (await action({ session, args, values })) ?? 0;
  });
}

/** Ends the command with every problem found so far, if there is any. */
export function throwProblems(session: Session): void {
  const problems = session.problems.filter(({ field }, index, all) => {
    const [flag = ''] = field.split(' ', 1);
    return !session.unclear.has(flag) || all.findIndex((one) => one.field.split(' ', 1)[0] === flag) === index;
  });
  if (problems.length > 0) throw new InvalidInputError(problems, { hint: session.hint ?? `see ${session.io.programName} ${session.command} --help` });
}

/** The typed name; not if somebody pasted a key in its place. */
function unlessSecret(name: string | undefined): string | undefined {
  return looksSecret(name ?? '') ? undefined : name;
}

function pathOf(command: EdgeCommand): string {
  const names: string[] = [];
  for (let one: EdgeCommand | null = command; one?.parent != null; one = one.parent as EdgeCommand | null) names.unshift(one.name());
  return names.join(' ');
}
