import { dirname } from 'node:path';
import type { Problem } from '../support/errors.js';
import { InvalidInputError } from '../support/errors.js';
import type { TextIo } from '../support/text-io.js';
import { withPresentNames } from './former-names.js';
import { notADevice } from './not-a-device.js';
import { withoutServerFields } from './server-fields.js';
import { loadSideFiles } from './side-files.js';
import type { EdgeDeviceInput } from './types.js';
import { isMapping } from '../support/plain.js';
import { describeError } from '../support/read-error.js';
import { looksSecret } from '../support/shown.js';
import { parseYaml } from '../support/yaml.js';

const largest = 4 * 1024 * 1024;

/**
 * Reads the devices of a YAML (or JSON) file, one document each; `-` is standard input. It also reads the files that
 * a device names, relative to the device file's folder (the working folder for standard input), and puts their text in.
 * All else stays as written: `withDefaults` and `validateDevice` must follow.
 *
 * @param warn gets a line for each former name of a field that the file has; the device has its present name.
 * @throws InvalidInputError with all problems at once: YAML mistakes by line, side files by field.
 */
export async function loadDevices(file: string, io: TextIo, warn?: (line: string) => void): Promise<EdgeDeviceInput[]> {
  const name = file === '-' ? 'standard input' : looksSecret(file) ? 'the file' : file;
  const text = await (file === '-' ? io.readStdin() : io.readFile(file)).catch((error: unknown) => {
    throw new InvalidInputError([{ kind: 'unreadable', field: name, message: `cannot be read: ${describeError(error)}` }], { cause: error });
  });
  const inputs = parseDevices(text, name, warn);
  const problems: Problem[] = [];
  const loaded: EdgeDeviceInput[] = [];
  for (const [index, input] of inputs.entries()) {
    const result = await loadSideFiles(input, io, file === '-' ? '.' : dirname(file));
    loaded.push(result.input);
    const place = inputs.length === 1 ? '' : `document ${index + 1}: `;
    problems.push(...result.problems.map((problem) => ({ ...problem, field: `${place}${problem.field}` })));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return loaded;
}

/**
 * The device documents of a YAML text; empty documents are skipped. `name` stands for the text in problems.
 *
 * @param warn as in `loadDevices`.
 * @throws InvalidInputError if the text is not YAML, a document is no mapping, a field has two names, or there is no document.
 */
export function parseDevices(text: string, name: string, warn?: (line: string) => void): EdgeDeviceInput[] {
  if (text.length > largest) throw new InvalidInputError([{ field: name, message: `is larger than ${largest} bytes` }]);
  const parsed = parseYaml(text, name);
  if ('problem' in parsed) throw new InvalidInputError([parsed.problem]);
  const documents = parsed.documents.filter((document) => document !== null && document !== undefined);
  if (documents.length === 0) throw new InvalidInputError([{ field: name, message: 'holds no document; an EdgeDevice is accepted' }]);
  const problems: Problem[] = [];
  const inputs: EdgeDeviceInput[] = [];
  const warnings = new Set<string>();
  for (const [index, document] of documents.entries()) {
    // Flags may give all of it.
    const isEmpty = isMapping(document) && Object.keys(document).length === 0;
    const refusal = isEmpty ? undefined : notADevice(document);
    if (refusal !== undefined || !isMapping(document)) {
      problems.push({ kind: 'invalid', field: documents.length === 1 ? name : `${name}, document ${index + 1}`, message: refusal ?? '' });
      continue;
    }
    const renamed = withPresentNames(withoutServerFields(document));
    inputs.push(renamed.input);
    problems.push(...renamed.problems.map((problem) => (documents.length === 1 ? problem : { ...problem, field: `document ${index + 1}: ${problem.field}` })));
    for (const line of renamed.warnings) warnings.add(line);
  }
  for (const line of warnings) warn?.(`${name}: ${line}`);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return inputs;
}
