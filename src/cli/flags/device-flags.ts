import { declaredFields } from '../../spec/schema/walk.js';
import { FLAG_GROUPS, type Node } from '../../spec/schema/node.js';
import type { Flag } from './group.js';

/** A flag that fills one field of the EdgeDevice, from the field's declaration. */
export interface DeviceFlag extends Flag {
  /** Path in the EdgeDevice, e.g. `spec.vm.cpus`. */
  field: string;
  node: Node;
  /** The field may hold a secret: the flag's value is never shown. */
  secret: boolean;
}

/** All of them, by heading, in the order of the help. */
export const DEVICE_FLAGS: readonly (readonly [heading: string, flags: readonly DeviceFlag[]])[] = FLAG_GROUPS.map((group) => [group, flagsOf(group)]);

function flagsOf(group: string): DeviceFlag[] {
  return [...declaredFields().values()].flatMap(({ path, node, secret }) => {
    if (node.flag?.group !== group) return [];
    const { flags, help, preset } = node.flag;
    return [{ flags, field: path, node, secret, help: `${asPhrase(help ?? node.help)}${valuesOf(node)}${otherwise(node)}`, ...choicesOf(node), ...repeatOf(node), ...(preset === undefined ? {} : { preset }), ...defaultOf(node) }];
  });
}

function choicesOf(node: Node): Pick<Flag, 'choices'> {
  const one = node.type === 'list' ? node.of : node;
  return one.type === 'choice' ? { choices: one.values.map(String) } : {};
}

/** The values of a choice, if the sentence does not have them. */
function valuesOf(node: Node): string {
  const { choices = [] } = choicesOf(node);
  return choices.every((value) => node.help.includes(value)) ? '' : `: ${choices.join(', ')}`;
}

function repeatOf(node: Node): Pick<Flag, 'repeat'> {
  return node.type === 'list' || node.type === 'map' ? { repeat: true } : {};
}

/** A sentence in the form of the help: it begins with a small letter, unless with a name. */
function asPhrase(sentence: string): string {
  return /^[A-Z][a-z-]*(?:[\s:,;]|$)/.test(sentence) ? `${sentence[0]!.toLowerCase()}${sentence.slice(1)}` : sentence;
}

/** The default of the flag, in words. */
function otherwise(node: Node): string {
  return node.default !== undefined || node.defaultText === undefined ? '' : `; else ${node.defaultText.replaceAll('`', '')}`;
}

/** The value without the flag; nothing for a flag that switches something off, or that adds something. */
function defaultOf(node: Node): Pick<Flag, 'default'> {
  if (node.type === 'boolean' || node.default === undefined || node.flag?.preset !== undefined) return {};
  return { default: [node.default].flat().join(', ') };
}
