import type { Problem } from '../../support/errors.js';
import { shown } from '../../support/shown.js';
import { deviceName, isDeviceName } from '../../spec/names.js';
import type { Invocation } from '../run/action.js';

/** The kinds that a name may have before it, as kubectl and `-o name` write them, with or without their API group. */
const kinds: readonly (readonly [words: readonly string[], group: string])[] = [
  [['edgedevice', 'edgedevices', 'ed', 'edgedev'], 'edge-vm.io'],
  [['virtualmachine', 'virtualmachines', 'vm', 'vms', 'virtualmachineinstance', 'virtualmachineinstances', 'vmi', 'vmis'], 'kubevirt.io'],
];

/** Whether a word is such a kind: `kubectl get edgedevice gw-01` has the kind as a word of its own. */
export function isKind(given: string): boolean {
  return kinds.some(([words, group]) => words.some((word) => [word, `${word}.${group}`].includes(given.toLowerCase())));
}

/** `gw-01` of `vm/gw-01`, `edgedevice/gw-01` or `edgedevices.edge-vm.io/gw-01`; any other text stays as it is. */
export function plainName(given: string): string {
  const [, kind = '', name = ''] = /^([^/]+)\/([^/]+)$/.exec(given) ?? [];
  // A category of the EdgeDevices; alone it is no kind, because a device can have that name.
  return isKind(kind) || kind.toLowerCase() === 'edge' ? name : given;
}

/** The argument NAME of a command for one device; a problem if no device can have that name. */
export function nameArgument({ args, session }: Invocation): string {
  const name = args[0] ?? '';
  if (args[0] !== undefined) session.problems.push(...problemsOf(name));
  return name;
}

/** The arguments NAME… of a command for many devices, each once; a problem for each that no device can have. */
export function nameArguments({ args, session }: Invocation): string[] {
  const names = [...new Set(args.filter((one) => one !== undefined))];
  const [kind = '', first, ...more] = names;
  if (first !== undefined && isKind(kind)) session.problems.push({ kind: 'invalid', field: 'NAME', message: `a kind stands before a name: ${[first, ...more].slice(0, 3).map((name) => `${kind}/${name}`).join(' ')}${more.length > 2 ? ' …' : ''}, or leave the kind out` });
  session.problems.push(...names.flatMap(problemsOf));
  return names;
}

function problemsOf(given: string): Problem[] {
  if (isDeviceName(given)) return [];
  const message = 'must be the name of a device: lower-case letters, digits and "-", at most 52';
  const got = shown(given);
  if (got === undefined) return [{ kind: 'invalid', field: 'NAME', message }];
  return [{ kind: 'invalid', field: 'NAME', message: `${message}; device id ${got} would have the name ${deviceName(given)}`, got }];
}
