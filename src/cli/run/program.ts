import type { Help, Option } from 'commander';
import { CATALOG, type CatalogEntry } from './catalog.js';
import { EdgeCommand } from './command.js';
import { addCommonFlags } from '../flags/output-flags.js';
import type { Session } from './session.js';
import { makeStyle, wantsColor } from '../output/style.js';

/** Flags that kubectl allows before the command. */
const leadingFlags = new Map([
  ['-n', true], ['--namespace', true], ['--context', true], ['--kubeconfig', true], ['--as', true], ['--as-group', true], ['--as-uid', true], ['--no-color', false],
]);

/** Moves kubectl's global flags behind the command, where they are declared: `-n edge list` is `list -n edge`. */
export function commandFirst(args: readonly string[]): string[] {
  let i = 0;
  while (i < args.length) {
    const takesValue = leadingFlags.get(args[i]!.split('=', 1)[0]!);
    if (takesValue === undefined) break;
    i += takesValue && !args[i]!.includes('=') ? 2 : 1;
  }
  if (i === 0 || i >= args.length || args[i]!.startsWith('-')) return [...args];
  return [args[i]!, ...args.slice(0, i), ...args.slice(i + 1)];
}

/**
 * The command tree. Only the command `chosen` is loaded and declared; the others have only name and
 * summary. `chosen: 'all'` declares all of them, for completion.
 */
export async function buildProgram(session: Session, chosen: string | undefined): Promise<EdgeCommand> {
  const program = new EdgeCommand(session.io.programName);
  inherited(program, session);
  program
    .description('Azure IoT Edge devices on Kubernetes: edge-vm creates KubeVirt virtual machines and waits until the devices are connected.')
    .usage('<command> [flags]')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addHelpText('after', () => firstPage(session));
  for (const entry of CATALOG) {
    const command = program.command(entry.name).helpGroup(`${entry.group}:`).summary(entry.summary).description(entry.summary).usage(entry.usage);
    if (chosen === entry.name || chosen === 'all') await declare(entry, command, session);
  }
  return program;
}

async function declare(entry: CatalogEntry, command: EdgeCommand, session: Session): Promise<void> {
  const { declare: declareCommand } = await entry.load();
  declareCommand(command, session);
  for (const leaf of command.commands.length > 0 ? command.commands : [command]) addCommonFlags(leaf as EdgeCommand);
}

function inherited(program: EdgeCommand, session: Session): void {
  const { io } = session;
  const width = (columns: number | undefined): number => Math.min(columns !== undefined && columns > 0 ? columns : 80, 100);
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // Errors are printed in one place (errors.ts); commander would print its own too.
      writeErr: () => undefined,
      getOutHelpWidth: () => width(io.stdout.columns),
      getErrHelpWidth: () => width(io.stderr.columns),
      getOutHasColors: () => wantsColor(io.stdout, io.env, false),
    })
    .configureHelp({
      // The help texts already have the accepted values; commander would add a list of choices to each line.
      optionDescription: (option: Option) => option.description,
      commandDescription: (command) => flowing(command.description()),
      subcommandTerm: (command) => command.name(),
      subcommandDescription: (command) => command.summary(),
      styleTitle: (title: string) => makeStyle(wantsColor(io.stdout, io.env, false)).bold(title),
      minWidthToWrap: 40,
    } satisfies Partial<Help>);
}

function firstPage(session: Session): string {
  const name = session.io.programName;
  return `
Start without Azure or a cluster:
  ${name} lab up                  once; builds and starts the lab
  eval "$(${name} lab env)"       point this shell at it
  ${name} create gw-01 --register

For the flags of a command: ${name} create --help
`;
}

/** Paragraphs without their line ends in the source, since the help wraps them to the terminal; examples stay as they are. */
function flowing(text: string): string {
  return text.split('\n\n').map((paragraph) => (/^ {2}/m.test(paragraph) ? paragraph : paragraph.replaceAll('\n', ' '))).join('\n\n');
}
