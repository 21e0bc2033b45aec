import type { Problem } from '../../support/errors.js';
import { textAt } from '../../support/plain.js';
import { looksSecret } from '../../support/shown.js';
import { parseYaml } from '../../support/yaml.js';
import { isDeviceName } from '../../spec/names.js';
import { FlagOption } from '../flags/group.js';
import type { EdgeCommand } from '../run/command.js';
import type { Session } from '../run/session.js';
import { shellWord } from '../output/shell.js';

const fileName = /\.(?:ya?ml|json|[ct]sv)$/i;
/** More than a person reads in one line. */
const mostShown = 3;
const mostNames = 10;

/**
 * The problem of arguments that are files: people write `apply devices.yaml` and, by the shell, `apply -f a.yaml b.yaml`.
 * `undefined` if no argument is one. No other problem of the arguments matters then.
 */
export async function filesAsArguments(command: EdgeCommand, { text, io }: Session, args: readonly string[]): Promise<Problem | undefined> {
  const filename = command.options.find((option) => option.attributeName() === 'filename');
  const takesNames = command.registeredArguments[0]?.name() === 'name';
  if (filename === undefined && !takesNames) return undefined;
  // A folder may have the name of a device; that is meant where the command cannot work without -f.
  const many = filename instanceof FlagOption && filename.repeat;
  const needsFile = many && command.getOptionValue('filename') === undefined;
  const files: string[] = [];
  for (const arg of args) {
    if (looksSecret(arg) || (takesNames && isDeviceName(arg) && !needsFile)) continue;
    if (fileName.test(arg) || (await exists(text, arg))) files.push(arg);
  }
  if (files.length === 0) return undefined;
  if (filename !== undefined) {
    const single = files.length === 1;
    const meant = `${files.slice(0, mostShown).map((file) => `-f ${shellWord(file)}`).join(' ')}${files.length > mostShown ? ' …' : ''}`;
    return { kind: 'invalid', field: 'arguments', message: `${single ? 'a file needs -f' : 'each file needs its own -f'}; did you mean ${meant}?${single || !many ? '' : ' -f also takes a folder'}` };
  }
  const names = (await Promise.all(files.map((file) => namesIn(text, file)))).flat();
  const several = command.registeredArguments[0]!.variadic;
  const meant = names.length === 0 || names.length > mostNames ? '' : `; did you mean ${io.programName} ${command.name()} ${several ? names.join(' ') : names[0]}?`;
  return { kind: 'invalid', field: 'NAME', message: `${command.name()} takes ${several ? 'the names of devices' : 'the name of a device'}, not a file${meant}` };
}

async function exists(text: Session['text'], path: string): Promise<boolean> {
  return text.readFolder(path).then(async (names) => names !== undefined || (await text.readFile(path), true)).catch(() => false);
}

/** The devices of a YAML or JSON file that can be read. */
async function namesIn(text: Session['text'], file: string): Promise<string[]> {
  const content = /\.(?:ya?ml|json)$/i.test(file) ? await text.readFile(file).catch(() => undefined) : undefined;
  const parsed = content === undefined ? { documents: [] } : parseYaml(content, file);
  if ('problem' in parsed) return [];
  return parsed.documents.flatMap((document) => textAt(document, 'metadata', 'name') ?? []).filter(isDeviceName);
}
