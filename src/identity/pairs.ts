import type { Problem } from '../support/errors.js';
import { suggest } from '../support/suggest.js';
import { hasControl } from '../spec/formats/text.js';

const knownNames = [
  'HostName', 'DeviceId', 'ModuleId', 'SharedAccessKey', 'SharedAccessKeyName', 'SharedAccessSignature', 'GatewayHostName', 'x509',
];
const longest = 4096;

/** The parts of a connection string by name. */
export interface Pairs {
  has(name: string): boolean;
  get(name: string): string | undefined;
  /** The value. If it is absent, that is a problem, unless another problem already names it. */
  need(name: string, problems: Problem[]): string | undefined;
  /** True if the name exists but its value is not usable, and a problem says so. */
  refused(name: string): boolean;
  /** A problem for each other name. */
  refuseOthers(names: readonly string[], problems: Problem[]): void;
}

/**
 * Splits a connection string into its parts; `undefined` if the text is not a connection string. A problem repeats only
 * known names: if a quote or a `;` is missing, any part may hold the key.
 */
export function readPairs(text: string, form: string, problems: Problem[]): Pairs | undefined {
  const line = text.replace(/^\uFEFF/, '').trimEnd();
  const whole = wholeProblem(line, form);
  if (whole !== undefined) {
    problems.push(whole);
    return undefined;
  }
  const values = new Map<string, string>();
  const bad = new Set<string>();
  // One ";" at the end is harmless and common.
  for (const [index, part] of line.replace(/;$/, '').split(';').entries()) addPart(part, index, { values, bad, problems });
  return pairsOf(values, bad);
}

function wholeProblem(line: string, form: string): Problem | undefined {
  const field = 'connection string';
  if (line === '') return { field, message: `is empty; accepted is ${form}` };
  if (line.length > longest) return { field, message: `is longer than ${longest} characters; accepted is ${form}` };
  if (/^\s/.test(line)) return { field, message: 'begins with white space; remove it' };
  if (/^["'`\u2018-\u201f]|["`\u2018-\u201f]$/.test(line)) return { field, message: 'has quotes around it; here they are part of the value, so remove them' };
  if (hasControl(line)) return { field, message: 'must be one line without control characters' };
  if (/\s/.test(line)) return { field, message: 'must not contain white space' };
  if (!line.includes('=')) return { field, message: `is not a connection string; accepted is ${form}` };
  return undefined;
}

interface Parts {
  values: Map<string, string>;
  bad: Set<string>;
  problems: Problem[];
}

function addPart(part: string, index: number, { values, bad, problems }: Parts): void {
  const equals = part.indexOf('=');
  const name = equals < 0 ? '' : part.slice(0, equals);
  const value = part.slice(equals + 1);
  if (!knownNames.includes(name)) {
    problems.push(unknownPart(name, index));
    bad.add(nearestName(name) ?? '');
  } else if (values.has(name) || bad.has(name)) {
    problems.push({ field: name, message: 'is there twice' });
  } else if (value === '') {
    bad.add(name);
    problems.push({ field: name, message: 'is empty' });
  } else {
    values.set(name, value);
  }
}

function nearestName(name: string): string | undefined {
  return name === '' ? undefined : suggest(name, knownNames);
}

function unknownPart(name: string, index: number): Problem {
  const field = `part ${index + 1}`;
  const near = nearestName(name);
  if (near !== undefined) return { field, message: `has an unknown name; did you mean ${near}? (names are case-sensitive)` };
  const message = name === '' ? 'must be NAME=VALUE; a device id with ";" is not possible in a connection string' : 'has an unknown name';
  return { field, message: `${message}; known are HostName, DeviceId, SharedAccessKey, GatewayHostName, x509` };
}

function pairsOf(values: Map<string, string>, bad: Set<string>): Pairs {
  return {
    has: (name) => values.has(name),
    get: (name) => values.get(name),
    refused: (name) => bad.has(name),
    need(name, problems) {
      const value = values.get(name);
      if (value === undefined && !bad.has(name)) problems.push({ kind: 'missing', field: name, message: 'is missing' });
      return value;
    },
    refuseOthers(names, problems) {
      for (const name of values.keys()) {
        if (!names.includes(name)) problems.push({ field: name, message: 'does not belong in this connection string' });
      }
    },
  };
}
