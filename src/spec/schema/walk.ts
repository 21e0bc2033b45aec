import { device } from './device.js';
import type { ChangeEffect, Node } from './node.js';

/** One declared field with its place. */
export interface DeclaredField {
  /** `spec.vm.tolerations[].key`. */
  path: string;
  /** The last part of the path. */
  key: string;
  node: Node;
  /** What a change of it does, its own or that of the mapping around it. */
  change: ChangeEffect;
  /** It, or a mapping around it, may hold a secret. */
  secret: boolean;
}

/** Every field below a node, in the order of declaration; entries of lists are entered as `[]`. */
export function* fieldsBelow(node: Node, path: string, change: ChangeEffect, secret: boolean): Generator<DeclaredField> {
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

/** Every field of the EdgeDevice by its path, `status` and what is in it left out. */
export function declaredFields(): ReadonlyMap<string, DeclaredField> {
  all ??= new Map([...fieldsBelow(device, '', 'at-once', false)].filter(({ path }) => path !== 'status').map((field) => [field.path, field]));
  return all;
}

/**
 * The declared field that a path of a problem or of a change lies in: `spec.vm.tolerations[2].key`, or a key of a map,
 * which counts as the map (`metadata.labels.site`). `undefined` for what is no field.
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

/** What a change of the field at this path does to a device that is there; `at-once` for what is no field. */
export function changeEffect(path: string): ChangeEffect {
  return fieldAt(path)?.change ?? 'at-once';
}
