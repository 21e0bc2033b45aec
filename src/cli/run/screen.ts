import type { Problem } from '../../support/errors.js';

const reason =
  'a connection string on the command line is seen by every process of this machine and kept in the shell history; ' +
  'give it in --connection-string-file FILE (- for stdin) or the variable EDGE_VM_CONNECTION_STRING';

/** Flags that people expect to take a connection string. */
const temptations = new Set(['--connection-string', '--hub-connection-string', '--conn-str', '--login']);

/**
 * Takes connection strings out of the arguments before anything else sees them, and says why. Neither the value
 * nor any part of it is repeated.
 */
export function screenArguments(argv: readonly string[]): { args: string[]; problems: Problem[] } {
  const args: string[] = [];
  const problems: Problem[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i]!;
    const flag = arg.startsWith('-') ? arg.split('=', 1)[0]! : undefined;
    if (flag !== undefined && temptations.has(flag)) {
      problems.push({ field: flag, message: reason });
      if (!arg.includes('=') && argv[i + 1]?.startsWith('-') === false) i += 1;
    } else if (/SharedAccess(?:Key|Signature)\s*=|HostName\s*=[^;]*;/i.test(arg)) {
      problems.push({ field: flag ?? 'arguments', message: reason });
    } else {
      args.push(arg);
    }
  }
  return { args, problems };
}
