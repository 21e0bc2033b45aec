import { isMapping, type Mapping } from '../support/plain.js';

/** edgeAgent writes and reads the options in parts of this length (`TwinValueMaxSize` in Edge.Agent.Docker/Constants.cs). */
const partLength = 512;
/** The number in the name of a part has two digits (`TwinValueMaxChunks`). */
const mostParts = 100;

/** Names of the parts: `createOptions`, `createOptions01`, … edgeAgent ignores upper and lower case. */
const partName = /^createoptions(\d*)$/i;

/** True for `createOptions` and the names of its other parts. */
export function isPart(key: string): boolean {
  return partName.test(key);
}

/** Docker's options as the manifest has them: a text from all parts, a mapping, or why there is neither. */
export type CreateOptions = { text: string } | { mapping: Mapping } | { problem: string };

/** Joins the parts in `settings`, in the order of edgeAgent (`ChunkedProperty` in Edge.Util/JsonEx.cs). */
export function joinParts(settings: Mapping): CreateOptions {
  const parts = Object.keys(settings).filter(isPart).sort();
  if (parts.length === 0) return { text: '' };
  const values = parts.map((key) => settings[key]);
  if (parts.length === 1 && isMapping(values[0]) && partName.exec(parts[0]!)?.[1] === '') return { mapping: values[0] };
  if (parts.length > mostParts) return { problem: `may have at most ${mostParts} parts` };
  const gap = parts.findIndex((key, index) => {
    const number = partName.exec(key)?.[1] ?? '';
    return index === 0 ? number !== '' : Number(number) !== index || number === '';
  });
  if (gap !== -1) return { problem: `${parts[gap]!} is out of order: the parts are createOptions, createOptions01, createOptions02 and so on, without a gap` };
  if (!values.every((value) => typeof value === 'string')) return { problem: values.length === 1 ? 'must be a JSON text or a mapping' : 'must be text in each part' };
  return { text: values.join('') };
}

/** The options of a text. `lenient`: it is no strict JSON, but edgeAgent's reader (Newtonsoft.Json) takes it. */
export type ReadOptions = { options: Mapping; lenient: boolean } | { problem: string };

/** Reads a text as edgeAgent does (`GetCreateOptions` in Edge.Agent.Docker/DockerConfig.cs): nothing and `null` are no options. */
export function readOptions(text: string): ReadOptions {
  if (text.trim() === '' || /^null$/i.test(text.trim())) return { options: {}, lenient: false };
  const strict = parse(text);
  const value = strict ?? parse(strictJson(text));
  if (value === undefined) return { problem: 'must be the JSON text of Docker’s options, such as "{\\"HostConfig\\":{\\"Binds\\":[\\"/data:/data\\"]}}", or a mapping; it is not valid JSON' };
  return isMapping(value) ? { options: value, lenient: strict === undefined } : { problem: 'must be the JSON text of a mapping' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const lenientToken = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[^]*?\*\/|\/\/[^\n]*|[A-Za-z_$][\w$]*(?=\s*:)/g;
const lastComma = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g;

/** Strict JSON of what Newtonsoft.Json also reads: single quotes, keys without quotes, comments, a comma at the end. */
function strictJson(text: string): string {
  const quoted = text.replace(lenientToken, (token) => {
    if (token.startsWith('"')) return token;
    if (token.startsWith("'")) return `"${token.slice(1, -1).replaceAll("\\'", "'").replaceAll(/(?<!\\)"/g, '\\"')}"`;
    return token.startsWith('/') ? '' : JSON.stringify(token);
  });
  return quoted.replace(lastComma, (token) => (token === ',' ? '' : token));
}

/** The text in parts that edgeAgent joins again. No part ends within a character: the hub could not store the halves. */
export function splitOptions(text: string): Record<string, string> {
  const parts: string[] = [''];
  for (const character of text) {
    if (parts.at(-1)!.length + character.length > partLength) parts.push('');
    parts[parts.length - 1] += character;
  }
  return Object.fromEntries(parts.map((part, index) => [index === 0 ? 'createOptions' : `createOptions${String(index).padStart(2, '0')}`, part]));
}
