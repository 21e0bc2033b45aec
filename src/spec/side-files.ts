import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Problem } from '../support/errors.js';
import { shown } from '../support/shown.js';
import type { TextIo } from '../support/text-io.js';
import { dropNulls } from './plain.js';
import { record } from '../support/plain.js';
import { describeError } from '../support/read-error.js';
import type { EdgeDeviceInput } from './types.js';
import { isMapping } from '../support/plain.js';
import { parseYaml } from '../support/yaml.js';

type Values = Record<string, unknown>;

interface Loading {
  io: TextIo;
  folder: string;
  problems: Problem[];
}

const largest = 1024 * 1024;

/**
 * Reads the files that a device names and puts their text in the place of the path: `vm.templateFile`,
 * `guest.sshKeys`, `guest.caCertificates`, `guest.apt.edgeSource.keyFile` (becomes `key`), `guest.cloudConfigFile`
 * (becomes `cloudConfig`), `edge.trustBundle`, `edge.edgeCa.certificate`. A value that is text already stays, so
 * a second run changes nothing. Secrets are not read here: `readSecret` of `src/identity` does.
 *
 * @param folder what relative paths start from.
 */
export async function loadSideFiles(input: EdgeDeviceInput, io: TextIo, folder: string): Promise<{ input: EdgeDeviceInput; problems: Problem[] }> {
  const loading: Loading = { io, folder, problems: [] };
  const device = record(dropNulls(input, 0)) ?? {};
  const spec = record(device['spec']);
  // `register: null` has a meaning, so what goes back is laid over the input as it was.
  const original = record(input['spec']);
  if (spec === undefined || original === undefined) return { input, problems: [] };
  const parts: Values = {};
  for (const [name, load] of [['vm', loadVm], ['guest', loadGuest], ['edge', loadEdge]] as const) {
    const part = record(spec[name]);
    if (part !== undefined) parts[name] = await load(part, loading);
  }
  return { input: { ...input, spec: { ...original, ...parts } }, problems: loading.problems };
}

async function loadVm(vm: Values, loading: Loading): Promise<Values> {
  return { ...vm, ...(await textAt(vm, 'templateFile', 'spec.vm', loading)) };
}

async function loadEdge(edge: Values, loading: Loading): Promise<Values> {
  const loaded = { ...edge, ...(await textAt(edge, 'trustBundle', 'spec.edge', loading)) };
  const ca = record(edge['edgeCa']);
  return ca === undefined ? loaded : { ...loaded, edgeCa: { ...ca, ...(await textAt(ca, 'certificate', 'spec.edge.edgeCa', loading)) } };
}

async function loadGuest(guest: Values, loading: Loading): Promise<Values> {
  const loaded: Values = { ...guest };
  if (Array.isArray(guest['sshKeys'])) loaded['sshKeys'] = await sshKeys(guest['sshKeys'], loading);
  if (Array.isArray(guest['caCertificates'])) {
    loaded['caCertificates'] = [];
    for (const [index, entry] of guest['caCertificates'].entries()) {
      (loaded['caCertificates'] as unknown[]).push(await textOf(entry, `spec.guest.caCertificates[${index}]`, loading));
    }
  }
  const apt = record(guest['apt']);
  const source = record(apt?.['edgeSource']);
  if (source?.['keyFile'] !== undefined) loaded['apt'] = { ...apt, edgeSource: await keyOf(source, loading) };
  return guest['cloudConfigFile'] === undefined ? loaded : cloudConfigOf(loaded, loading);
}

async function keyOf(source: Values, loading: Loading): Promise<Values> {
  const field = 'spec.guest.apt.edgeSource';
  if (source['key'] !== undefined) {
    loading.problems.push({ field: `${field}.keyFile`, message: 'must be absent beside key' });
    return source;
  }
  const { keyFile, ...rest } = source;
  return { ...rest, key: await textOf(keyFile, `${field}.keyFile`, loading) };
}

/** Other formats of user-data that the YAML reader might take for a mapping, or for comments. */
const otherFormat = /^(?:#!|#include|#cloud-boothook|#cloud-config-archive|#cloud-config-jsonp|#part-handler|## *template:|content-type:|mime-version:)/i;

async function cloudConfigOf(guest: Values, loading: Loading): Promise<Values> {
  const field = 'spec.guest.cloudConfigFile';
  const { cloudConfigFile, ...rest } = guest;
  if (guest['cloudConfig'] !== undefined) {
    loading.problems.push({ field, message: 'must be absent beside cloudConfig' });
    return guest;
  }
  const text = await textOf(cloudConfigFile, field, loading);
  if (typeof text !== 'string' || text === cloudConfigFile) return guest;
  const parsed = parseYaml(text, field, 'cloud-config');
  if (otherFormat.test(text)) loading.problems.push({ field, message: 'must be plain cloud-config, neither a script, nor MIME, nor a template' });
  else if ('problem' in parsed) loading.problems.push(parsed.problem);
  else if (parsed.documents.length > 1 || !isMapping(parsed.documents[0] ?? {})) loading.problems.push({ field, message: 'must be one cloud-config document, a mapping' });
  else return { ...rest, cloudConfig: parsed.documents[0] ?? {} };
  return guest;
}

/** Each entry is a key line, or the path of a file with key lines (`~/.ssh/id_ed25519.pub`). */
async function sshKeys(entries: readonly unknown[], loading: Loading): Promise<unknown[]> {
  const keys: unknown[] = [];
  for (const [index, entry] of entries.entries()) {
    if (typeof entry !== 'string' || !/^[^\s]+$/.test(entry)) {
      keys.push(entry);
      continue;
    }
    const text = await textOf(entry, `spec.guest.sshKeys[${index}]`, loading);
    if (typeof text === 'string' && text !== entry) keys.push(...text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')));
  }
  return keys;
}

async function textAt(values: Values, key: string, field: string, loading: Loading): Promise<Values> {
  return values[key] === undefined ? {} : { [key]: await textOf(values[key], `${field}.${key}`, loading) };
}

/** The text of the file at a path; anything that is no path (text of several lines, another type) as it is. */
async function textOf(value: unknown, field: string, { io, folder, problems }: Loading): Promise<unknown> {
  if (typeof value !== 'string' || value.includes('\n') || value.includes('-----BEGIN')) return value;
  const got = shown(value);
  const refuse = (message: string): unknown => {
    problems.push(got === undefined ? { field, message } : { field, message, got });
    return value;
  };
  if (value === '' || value === '-') return refuse('must be the path of a file');
  let text: string;
  try {
    text = await io.readFile(resolvePath(value, folder));
  } catch (error) {
    return refuse(`cannot be read: ${describeError(error)}`);
  }
  if (text.length > largest) return refuse(`is larger than ${largest} bytes`);
  if (text.trim() === '') return refuse('is an empty file');
  return text.replace(/^\uFEFF/, '');
}

function resolvePath(path: string, folder: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : join(folder, path);
}
