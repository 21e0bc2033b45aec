import { use } from '../../support/advice.js';
import { InvalidInputError, type Problem } from '../../support/errors.js';
import { textAt } from '../../support/plain.js';
import { inParallel } from '../../support/parallel.js';
import type { Fleet, FleetDevice, FleetIo, LoadOptions } from '../types.js';
import { completeDevice } from './complete.js';
import { twiceProblems, type NamedDocument } from './distinct.js';
import { documentsOf, type Found } from './documents.js';
import { isTable, readFiles, type SourceFile } from './files.js';
import { fillTemplate, namesIn } from './fill.js';
import { checkTemplate, needsQuotes } from './template.js';
import { rowsOf } from './table.js';

/** Devices whose files are read at the same time. */
const atOnce = 32;
/** More problems than a person reads at once are only counted. */
const most = 20;

/**
 * Reads the devices of many files: EdgeDevice documents (YAML or JSON, any number in a file, also as a `List`), folders of
 * them, standard input (`-`), and CSV files whose rows fill a template. Each device is complete and checked after it, with
 * the files and secrets that it names. Paths of secrets are relative to the working folder, all others to the file.
 *
 * @throws InvalidInputError with the problems of all files at once; the message has the first 20.
 */
export async function loadFleet(paths: readonly string[], io: FleetIo, options: LoadOptions = {}): Promise<Fleet> {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const cached = withCache(io);
  const files = await readFiles(paths, cached, options.template !== undefined, problems);
  // A file that could not be read may be the table: its own problem is enough.
  if (options.template !== undefined && !files.some(({ isTable }) => isTable) && !problems.some(({ kind }) => kind === 'unreadable')) problems.push({ kind: 'invalid', field: options.template, message: 'is a template, but no CSV file (*.csv, *.tsv) is given for it' });
  const warn = (line: string): void => void warnings.push(line);
  const found = files.filter(({ isTable }) => !isTable).flatMap((file) => documentsOf(file, warn));
  found.push(...(await rowsAsDocuments(files.filter(({ isTable }) => isTable), cached, options, problems, warnings)));
  const devices = await completeAll(found, cached, options, problems);
  problems.push(...twiceProblems(devices, options.namespace, named(found)));
  // An empty file among others is no mistake; a run with nothing is one, above all if it would remove the others.
  if (devices.length === 0 && problems.length === 0) problems.push(noDevice(files.length === 1 ? files[0]!.name : 'the files'));
  // Without a template, only that is to be done: it counts among the problems of the table.
  const asTemplate = options.template === undefined && problems.some(({ got }) => got !== undefined && namesIn(got).length > 0);
  const advice = files.some(({ isTable }) => isTable) && options.template === undefined ? { hint: 'Give the template', advice: use('template') }
    : asTemplate ? { hint: 'A file with ${COLUMN} is a template: give a CSV file with the values, and this file as its template', advice: use('template') } : {};
  if (problems.length > 0) throw new InvalidInputError(problems, { most, ...advice });
  return { devices, warnings };
}

/** Devices and problems in the order of the documents. */
async function completeAll(found: readonly Found[], io: FleetIo, options: LoadOptions, problems: Problem[]): Promise<FleetDevice[]> {
  const completed: { device: FleetDevice | undefined; own: Problem[] }[] = [];
  await inParallel(found, atOnce, async (one, index) => {
    const own: Problem[] = 'problem' in one ? [one.problem] : [];
    completed[index] = { device: 'problem' in one ? undefined : await completeDevice(one.document, io, options, own), own };
  });
  problems.push(...completed.flatMap(({ own }) => own));
  return completed.flatMap(({ device }) => device ?? []);
}

/** A name that is wrong itself has its own problem. */
function named(found: readonly Found[]): NamedDocument[] {
  return found.flatMap((one) => {
    if ('problem' in one) return [];
    const { place, input } = one.document;
    const name = textAt(input, 'metadata', 'name') ?? '';
    return name === '' ? [] : [{ place, name, namespace: textAt(input, 'metadata', 'namespace') }];
  });
}

function noDevice(field: string): Problem {
  return { kind: 'invalid', field, message: `hold${field === 'the files' ? '' : 's'} no document; EdgeDevices are accepted` };
}

async function rowsAsDocuments(tables: readonly SourceFile[], io: FleetIo, { template: path }: LoadOptions, problems: Problem[], warnings: string[]): Promise<Found[]> {
  if (path === undefined) {
    for (const { name } of tables) problems.push({ kind: 'missing', field: name, message: 'needs a template: a device file with ${COLUMN} in place of the values of a row' });
    return [];
  }
  if (isTable(path)) {
    problems.push({ kind: 'invalid', field: path, message: 'is a CSV file; the template is a device file (YAML) with ${COLUMN} in place of the values of a row' });
    return [];
  }
  const [file] = await readFiles([path], io, false, problems);
  if (file === undefined) return [];
  const before = problems.length;
  const inFile = documentsOf(file, (line) => void warnings.push(line));
  problems.push(...inFile.flatMap((one) => ('problem' in one ? [one.problem] : [])));
  const [template, ...others] = inFile.flatMap((one) => ('document' in one ? [one.document] : []));
  if (template === undefined && problems.length === before) problems.push(noDevice(file.name));
  const broken = problems[before];
  if (broken?.kind === 'unreadable' && needsQuotes(file.text)) problems[before] = { ...broken, message: `${broken.message}; inside { } and [ ], write a placeholder in quotes: "\${COLUMN}"` };
  if (others.length > 0) problems.push({ kind: 'invalid', field: file.name, message: `holds ${others.length + 1} devices; a template is one device` });
  if (template === undefined || others.length > 0) return [];
  const filledRows: Found[] = [];
  for (const one of tables) {
    const { columns, rows } = await rowsOf(one, problems);
    if (columns.length === 0) continue;
    const before = problems.length;
    const used = checkTemplate(template.input, file.name, columns, problems);
    if (problems.length > before) continue;
    const unused = columns.filter((column) => !used.has(column));
    if (unused.length > 0) warnings.push(`${one.name}: the template does not use column${unused.length === 1 ? '' : 's'} ${unused.join(', ')}`);
    for (const row of rows) {
      const filled = problems.length;
      const document = fillTemplate(template, row, problems);
      if (problems.length === filled) filledRows.push({ document });
    }
  }
  return filledRows;
}

/** Hundreds of devices name the same key file. */
function withCache(io: FleetIo): FleetIo {
  const texts = new Map<string, Promise<string>>();
  return {
    ...io,
    env: io.env,
    readFolder: (path) => io.readFolder(path),
    readStdin: () => io.readStdin(),
    readFile(path) {
      const known = texts.get(path) ?? io.readFile(path);
      texts.set(path, known);
      return known;
    },
  };
}
