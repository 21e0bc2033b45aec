import type { Problem } from '../../support/errors.js';

const reason =
  'every process of this machine can see a connection string on the command line, and the shell history keeps it; ' +
  'give it in --connection-string-file FILE (- for stdin) or the variable EDGE_VM_CONNECTION_STRING';

/** Flags that people expect to take a connection string. */
const temptations = new Set(['--connection-string', '--hub-connection-string', '--conn-str', '--login']);

/**
 * Removes connection strings from the arguments before anything else sees them, and reports it. It never repeats the
 * value or a part of it.
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
