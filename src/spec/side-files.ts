import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Problem } from '../support/errors.js';
import { isMapping, record, type Mapping } from '../support/plain.js';
import { describeError, gotPath } from '../support/read-error.js';
import type { TextIo } from '../support/text-io.js';
import { parseYaml } from '../support/yaml.js';
import { holdsPrivateKey } from './formats/pem.js';
import { isSshPublicKey } from './formats/ssh-key.js';
import { dropNulls } from './plain.js';
import { device } from './schema/device.js';
import type { ListNode, Node, ObjectNode, TextNode } from './schema/node.js';
import type { EdgeDeviceInput } from './types.js';

interface Loading {
  io: TextIo;
  folder: string;
  problems: Problem[];
}

const largest = 1024 * 1024;

/**
 * Reads the files that a device names, and puts their text in place of the path, for every field with such a
 * declaration. After it, `guest.sshKeys` and `edge.trustBundle` hold the text, and `guest.cloudConfigFile` becomes
 * `cloudConfig`. A value that is already text stays, so a second run changes nothing. It does not read secrets:
 * `readSecret` of `src/identity` does. No problem repeats a path: people put the text of a key in place of its path.
 *
 * @param folder the folder from which relative paths start.
 */
export async function loadSideFiles(input: EdgeDeviceInput, io: TextIo, folder: string): Promise<{ input: EdgeDeviceInput; problems: Problem[] }> {
  const loading: Loading = { io, folder, problems: [] };
  const given = record(dropNulls(input));
  if (given === undefined) return { input, problems: [] };
  return { input: await loadObject(device, given, '', loading), problems: loading.problems };
}

async function load(node: Node, value: unknown, field: string, loading: Loading): Promise<unknown> {
  if (node.type === 'list' && Array.isArray(value)) return loadList(node, value, field, loading);
  if (node.type === 'object' && isMapping(value)) return loadObject(node, value, field, loading);
  return node.type === 'text' && node.file?.kind === 'or-text' ? textOf(value, field, loading) : value;
}

async function loadObject(node: ObjectNode, given: Mapping, field: string, loading: Loading): Promise<Mapping> {
  const loaded: Mapping = {};
  for (const [key, value] of Object.entries(given)) {
    const child = Object.hasOwn(node.fields, key) ? node.fields[key] : undefined;
    const own = field === '' ? key : `${field}.${key}`;
    if (child?.type === 'text' && child.file?.kind === 'only') await loadInto(node, child, { given, key, field }, loaded, loading);
    else Object.defineProperty(loaded, key, { value: child === undefined ? value : await load(child, value, own, loading), enumerable: true, writable: true, configurable: true });
  }
  return loaded;
}

async function loadList(node: ListNode, entries: readonly unknown[], field: string, loading: Loading): Promise<unknown[]> {
  const loaded: unknown[] = [];
  for (const [index, entry] of entries.entries()) {
    const own = `${field}[${index}]`;
    if (node.files === 'text') loaded.push(await textOf(entry, own, loading));
    else if (node.files === 'lines') loaded.push(...(await keyLines(entry, own, loading)));
    else loaded.push(await load(node.of, entry, own, loading));
  }
  return loaded;
}

/** A field that holds only a path: its text becomes the field beside it. */
async function loadInto(node: ObjectNode, child: TextNode, at: { given: Mapping; key: string; field: string }, loaded: Mapping, loading: Loading): Promise<void> {
  const { into } = child.file as { into: string };
  const field = `${at.field}.${at.key}`;
  const path = at.given[at.key];
  loaded[at.key] = path;
  if (at.given[into] !== undefined) {
    loading.problems.push({ kind: 'conflict', field, message: `must be absent beside ${into}` });
    return;
  }
  const text = await textOf(path, field, loading);
  if (typeof text !== 'string' || text === path) return;
  const value = node.fields[into]?.type === 'document' ? cloudConfigOf(text, field, loading) : text;
  if (value === undefined) return;
  delete loaded[at.key];
  loaded[into] = value;
}

/** Other formats of user-data that the YAML reader could read as a mapping, or as comments. */
const otherFormat = /^(?:#!|#include|#cloud-boothook|#cloud-config-archive|#cloud-config-jsonp|#part-handler|## *template:|content-type:|mime-version:)/i;

function cloudConfigOf(text: string, field: string, { problems }: Loading): Mapping | undefined {
  const parsed = parseYaml(text, field, 'cloud-config');
  const [first = {}, ...others] = 'problem' in parsed ? [] : parsed.documents;
  if (otherFormat.test(text)) problems.push({ kind: 'invalid', field, message: 'must be plain cloud-config, not a script, MIME or a template' });
  else if ('problem' in parsed) problems.push(parsed.problem);
  else if (others.length > 0 || !isMapping(first)) problems.push({ kind: 'invalid', field, message: 'must be one cloud-config document, a mapping' });
  else return first;
  return undefined;
}

/** Each entry is a key line, or the path of a file with key lines (`~/.ssh/id_ed25519.pub`). */
async function keyLines(entry: unknown, field: string, loading: Loading): Promise<unknown[]> {
  if (typeof entry !== 'string' || !/^[^\s]+$/.test(entry)) return [entry];
  const text = await textOf(entry, field, loading);
  if (typeof text !== 'string' || text === entry) return [];
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  // One problem for the file, not one for each of its lines.
  const wrong = holdsPrivateKey(text) ? 'is a private key; give the public one (the .pub file)' : lines.some(isSshPublicKey) ? undefined : 'holds no OpenSSH public key line such as "ssh-ed25519 AAAA… name"';
  if (wrong === undefined) return lines;
  loading.problems.push({ kind: 'invalid', field, message: wrong });
  return [];
}

/** The text of the file at a path; returns anything that is no path (text of several lines, another type) unchanged. */
async function textOf(value: unknown, field: string, { io, folder, problems }: Loading): Promise<unknown> {
  if (typeof value !== 'string' || value.includes('\n') || value.includes('-----BEGIN')) return value;
  const refuse = (message: string): unknown => {
    problems.push({ kind: 'unreadable', field, message, ...gotPath(value) });
    return value;
  };
  if (value === '' || value === '-') return refuse('must be the path of a file');
  let text: string;
  try {
    text = await io.readFile(resolvePath(value, folder));
  } catch (error) {
    return refuse(`the file cannot be read: ${describeError(error)}`);
  }
  if (text.length > largest) return refuse(`is larger than ${largest} bytes`);
  if (text.trim() === '') return refuse('is an empty file');
  return text.replace(/^\uFEFF/, '');
}

function resolvePath(path: string, folder: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : join(folder, path);
}
