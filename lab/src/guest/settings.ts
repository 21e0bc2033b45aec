import type { WrittenFile } from './user-data.js';

/** What the simulated guest needs from `/etc/edge-vm/settings`. */
export interface GuestSettings {
  engine: string;
  edgeVersion: string;
  identityVersion: string;
  /** Where `aziot-edge` comes from. */
  edgeSource: string;
}

const SETTINGS_PATH = '/etc/edge-vm/settings';

/** Reads the shell-quoted settings file that the rendered user-data writes; `undefined` if there is none. */
export function readSettings(files: Record<string, string>): GuestSettings | undefined {
  const text = files[SETTINGS_PATH];
  if (text === undefined) return undefined;
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line);
    if (match) values.set(match[1]!, unquote(match[2]!));
  }
  return {
    engine: values.get('ENGINE') ?? '',
    edgeVersion: values.get('EDGE_VERSION') ?? '',
    identityVersion: values.get('IDENTITY_VERSION') ?? '',
    edgeSource: values.get('EDGE_SOURCE_URI') ?? '',
  };
}

function unquote(text: string): string {
  return text.replaceAll(`'\\''`, '\u0000').replaceAll(`'`, '').replaceAll('\u0000', `'`);
}

export function fileTexts(files: Map<string, WrittenFile>): Record<string, string> {
  return Object.fromEntries([...files.values()].map((file) => [file.path, file.content]));
}
