import fc from 'fast-check';
import type { Node } from '../../../src/spec/schema/node.js';
import { absentInCluster } from '../../../src/spec/schema/in-cluster.js';
import { declaredFields, type DeclaredField } from '../../../src/spec/schema/walk.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { APT_KEY, CA, SSH_KEY } from './fixtures.js';

/** Good values of fields whose example is a path. */
const loaded: Readonly<Record<string, unknown>> = {
  'spec.vm.templateFile': 'apiVersion: kubevirt.io/v1\nkind: VirtualMachine\n', 'spec.edge.trustBundle': CA, 'spec.edge.edgeCa.certificate': CA, 'spec.guest.apt.edgeSource.key': APT_KEY,
  'spec.guest.caCertificates': [CA], 'spec.guest.sshKeys': [SSH_KEY],
};

/** What people type, and what they should not. */
const any = fc.oneof(
  fc.constantFrom('', 'x', 'X1', '0', '1Gi', 'a.b', 'http://h', 'a b', '\u0000', '\u2028', '😀'.repeat(40), 'no', '1.6.0-1', '10.0.0.1', '::1', '172.26.0.0/16', 'a/b', '-'),
  fc.string({ maxLength: 70 }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}), fc.array(fc.string(), { maxLength: 3 }), fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.string(), fc.integer()), { maxKeys: 3 }),
);

function good(node: Node, path: string): fc.Arbitrary<unknown> {
  if (loaded[path] !== undefined) return fc.constant(loaded[path]);
  if (node.type === 'choice') return fc.constantFrom(...node.values);
  if (node.type === 'integer') return fc.integer({ min: node.least, max: node.most });
  if (node.type === 'boolean') return fc.boolean();
  return node.example?.value === undefined ? any : fc.constant(node.example.value);
}

const fields = [...declaredFields().values()].filter(({ path }) => !path.includes('[]') && !/^(?:spec|metadata|spec\.(?:vm|guest|edge))$/.test(path));
const valueOf = (among: readonly DeclaredField[]): fc.Arbitrary<[path: string, value: unknown]> =>
  fc.constantFrom(...among).chain(({ path, node }) => fc.tuple(fc.constant(path), fc.oneof({ weight: 2, arbitrary: good(node, path) }, { weight: 3, arbitrary: any })));

/** A field with a value, which may be bad. */
export const anyField = valueOf(fields);

const around = (path: string): Node | undefined => declaredFields().get(path.replace(/\.[^.]*$/, ''))?.node;
/** The same for a field that a device in a cluster can have; its name and kind are given. */
export const anyFieldInCluster = valueOf(fields.filter(({ path, node }) => absentInCluster(node, around(path)) === undefined && !/^(?:apiVersion|kind|metadata\.name(?:space)?)$/.test(path)));

/** A device with these values. */
export function deviceOf(values: readonly (readonly [string, unknown])[]): EdgeDeviceInput {
  const device: Record<string, unknown> = { metadata: { name: 'gw-01' }, spec: { identity: { register: {} } } };
  for (const [path, value] of values) {
    let place = device;
    const steps = path.split('.');
    for (const step of steps.slice(0, -1)) {
      const next = place[step];
      place = (typeof next === 'object' && next !== null && !Array.isArray(next) ? next : (place[step] = {})) as Record<string, unknown>;
    }
    // The examples of the schema are not to be changed.
    place[steps.at(-1)!] = structuredClone(value);
  }
  return device;
}

/** The device as it can be in a cluster: each secret is in a Secret. */
export function inCluster(input: EdgeDeviceInput): EdgeDeviceInput {
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null) return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && (keys[0] === 'env' || keys[0] === 'file')) return { secretRef: { name: 'moved' } };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moved(inner)]));
  };
  return moved(input) as EdgeDeviceInput;
}
