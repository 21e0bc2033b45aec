import { declaredFields } from '../../spec/schema/walk.js';
import type { LiveNames } from './live-names.js';
import type { Position } from './position.js';
import type { CommandNode, FlagNode } from './tree.js';

/** One word that fits. */
export interface Candidate {
  value: string;
  help?: string;
}

/** What the shell offers: these words, or paths of its own. */
export interface Offer {
  candidates: readonly Candidate[];
  paths?: 'file' | 'folder';
}

const nothing: Offer = { candidates: [] };
const words = (values: readonly string[]): Offer => ({ candidates: values.map((value) => ({ value })) });

/** Flags whose values are names of objects or contexts, by long name. */
export const LIVE_FLAGS: Readonly<Record<string, keyof LiveNames>> = {
  '--namespace': 'namespaces', '--context': 'contexts', '--storage-class': 'storageClasses', '--data-disk-storage-class': 'storageClasses',
  '--instancetype': 'instancetypes', '--preference': 'preferences', '--from-secret': 'secrets',
};

/** Commands that make devices: they take the name of one whose disk was kept. `render` looks at no cluster. */
const making = new Set(['create']);
const withoutCluster = new Set(['render']);

/** The words that fit at a position. `live` reads names from the cluster; it is called at most once. */
export async function offerAt(position: Position, live: LiveNames): Promise<Offer> {
  switch (position.kind) {
    case 'command': return { candidates: position.node.commands.map(({ name, help }) => ({ value: name, help })) };
    case 'flag': return { candidates: flagsOf(position) };
    case 'value': return valuesOf(position.flag, position.typed, live);
    case 'argument': return position.index === 0 || position.node.repeats ? argumentsOf(position.node, live) : nothing;
    case 'nothing': return nothing;
  }
}

/** Without those that are given already, unless they can be given again; the short names only for a single `-`. */
function flagsOf({ node, values, typed }: Position): Candidate[] {
  const open = node.flags.filter(({ long, repeat }) => repeat || !values.has(long));
  return open.flatMap(({ long, short, help }) => [
    { value: long, help },
    ...(short === undefined || typed.startsWith('--') ? [] : [{ value: short, help }]),
  ]);
}

async function valuesOf(flag: FlagNode, typed: string, live: LiveNames): Promise<Offer> {
  if (flag.choices.length > 0) {
    // A list: `--access-mode ReadWriteOnce,Read…`
    const before = flag.repeat ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
    return words(flag.choices.map((choice) => `${before}${choice}`));
  }
  const names = LIVE_FLAGS[flag.long];
  if (names !== undefined) return { candidates: await live[names](typed) };
  return flag.path === undefined ? nothing : { candidates: [], paths: flag.path };
}

async function argumentsOf({ name, argument }: CommandNode, live: LiveNames): Promise<Offer> {
  if (argument === 'shell') return words(['bash', 'zsh', 'fish']);
  if (argument === 'field') return { candidates: [...declaredFields().values()].filter(({ path }) => !path.includes('[]')).map(({ path, node }) => ({ value: path, help: node.help })) };
  if (argument !== 'name' || withoutCluster.has(name)) return nothing;
  return { candidates: await (making.has(name) ? live.disks('') : live.devices('')) };
}
