import { device } from './device.js';
import type { ChangeEffect, Node } from './node.js';

/** One declared field with its place. */
export interface DeclaredField {
  /** `spec.vm.tolerations[].key`. */
  path: string;
  /** The last part of the path. */
  key: string;
  node: Node;
  /** The effect of a change: its own, or that of the mapping around it. */
  change: ChangeEffect;
  /** True if it, or a mapping around it, may hold a secret. */
  secret: boolean;
}

/** Every field below a node, in the order of declaration; entries of lists have the path part `[]`. */
function* fieldsBelow(node: Node, path: string, change: ChangeEffect, secret: boolean): Generator<DeclaredField> {
  if (node.type === 'list') {
    yield* fieldsBelow(node.of, `${path}[]`, node.of.change ?? change, secret || node.of.secret === true);
    return;
  }
  if (node.type !== 'object') return;
  for (const [key, child] of Object.entries(node.fields)) {
    const field = { path: path === '' ? key : `${path}.${key}`, key, node: child, change: child.change ?? change, secret: secret || child.secret === true };
    yield field;
    yield* fieldsBelow(child, field.path, field.change, field.secret);
  }
}

let all: ReadonlyMap<string, DeclaredField> | undefined;

/** Every field of the EdgeDevice by its path, without `status` and the fields in it. */
export function declaredFields(): ReadonlyMap<string, DeclaredField> {
  all ??= new Map([...fieldsBelow(device, '', 'at-once', false)].filter(({ path }) => path !== 'status').map((field) => [field.path, field]));
  return all;
}

/**
 * The declared field to which the path of a problem or a change belongs: `spec.vm.tolerations[2].key`. A key of a map
 * (`metadata.labels.site`) belongs to the map. `undefined` if the path is no field.
 */
export function fieldAt(path: string): DeclaredField | undefined {
  let place = path.replaceAll(/\[(?:\d+|[^\]]*)\]/g, '[]');
  for (;;) {
    const found = declaredFields().get(place) ?? declaredFields().get(place.replace(/(?:\[\])+$/, ''));
    if (found !== undefined) return found;
    const shorter = place.replace(/(?:\.[^.]*|\[\])$/, '');
    if (shorter === place) return undefined;
    place = shorter;
  }
}

/** The effect of a change of the field at this path on an existing device; `at-once` if the path is no field. */
export function changeEffect(path: string): ChangeEffect {
  return fieldAt(path)?.change ?? 'at-once';
}
