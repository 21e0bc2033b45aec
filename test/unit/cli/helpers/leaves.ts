import { CATALOG } from '../../../../src/cli/run/catalog.js';
import type { EdgeCommand } from '../../../../src/cli/run/command.js';
import { defaultDeps } from '../../../../src/cli/run/deps.js';
import { buildProgram } from '../../../../src/cli/run/program.js';
import { makeSession } from '../../../../src/cli/run/session.js';
import { fakeIo } from './run.js';

/** A command without commands of its own, new each time: `['lab', 'up']`. */
export async function leafOf(path: readonly string[]): Promise<EdgeCommand> {
  let command = await buildProgram(makeSession(fakeIo(), defaultDeps), path[0]);
  for (const name of path) command = command.commands.find((one) => one.name() === name) as EdgeCommand;
  return command;
}

/** The paths of all commands without commands of their own. */
export async function leafPaths(): Promise<string[][]> {
  const paths = await Promise.all(CATALOG.map(async ({ name }) => {
    const { commands } = await leafOf([name]);
    return commands.length > 0 ? commands.map((one) => [name, one.name()]) : [[name]];
  }));
  return paths.flat();
}
