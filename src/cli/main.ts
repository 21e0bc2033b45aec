import { CommanderError } from 'commander';
import { EdgeVmError } from '../support/errors.js';
import { throwProblems } from './run/action.js';
import { CATALOG } from './run/catalog.js';
import { defaultDeps, type CliDeps } from './run/deps.js';
import { reportError } from './run/errors.js';
import type { CliIo } from './run/io.js';
import { buildProgram, commandFirst } from './run/program.js';
import { screenArguments } from './run/screen.js';
import { makeSession, type Session } from './run/session.js';

/**
 * The whole command line: arguments (without node and script) in, exit code out. Never throws, never exits, and
 * touches the process only through `io`.
 */
export async function main(argv: readonly string[], io: CliIo, deps: CliDeps = defaultDeps): Promise<number> {
  const session = makeSession(io, deps);
  try {
    await run(argv, session);
    return session.exitCode;
  } catch (error) {
    return await reportError(error, session);
  }
}

/** What completion scripts call, with the words of the command line so far: as the shell read them, or as they were typed. */
const hidden: ReadonlyMap<string | undefined, { quoted: boolean }> = new Map([['__complete', { quoted: false }], ['__complete-quoted', { quoted: true }]]);

/** Commands of other programs, too far from ours for a suggestion by letters. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['ls', 'list'], ['ps', 'list'], ['rm', 'delete'], ['remove', 'delete'], ['destroy', 'delete'], ['describe', 'status'], ['show', 'status'], ['update', 'set'], ['patch', 'set'], ['add', 'create'], ['up', 'lab up'], ['down', 'lab down'],
]);

/** As other programs have it. */
const versionFlags: ReadonlySet<string | undefined> = new Set(['--version', '-v', '-V']);

/** The command answers a shell that completes a line. */
export function isCompletion(argv: readonly string[]): boolean {
  return hidden.has(argv[0]);
}

async function run(argv: readonly string[], session: Session): Promise<void> {
  const completion = hidden.get(argv[0]);
  if (completion !== undefined) return (await import('./completion/complete.js')).complete(argv.slice(1), session, completion);
  const { args, problems } = screenArguments(argv);
  session.problems.push(...problems);
  const ordered = commandFirst(versionFlags.has(args[0]) ? ['version', ...args.slice(1)] : args[0] === 'help' ? [...args.slice(1), '--help'] : args);
  const chosen = CATALOG.find((entry) => entry.name === ordered[0]);
  if (chosen === undefined) {
    throwProblems(session);
    const meant = SYNONYMS.get(ordered[0] ?? '');
    if (meant !== undefined) throw new EdgeVmError('usage', `unknown command '${ordered[0]}' (did you mean ${meant}?)`, { hint: `see ${session.io.programName} ${meant} --help` });
  }
  session.command = chosen?.name ?? '';
  const program = await buildProgram(session, chosen?.name);
  try {
    if (ordered.length === 0) program.outputHelp();
    else await program.parseAsync(ordered, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help is an answer, not an error; also the help of `lab` without a command, as in kubectl.
    if (error.code === 'commander.helpDisplayed') return;
    if (error.code !== 'commander.help') throw error;
    program.commands.find((command) => command.name() === chosen?.name)?.outputHelp();
  }
}
