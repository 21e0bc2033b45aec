import type { Scenario } from './scenario.js';

/** The fake cluster needs no namespace for an object; this makes those that a test looks for. */
export function putNamespaces({ store }: Pick<Scenario['cluster'], 'store'>, ...names: readonly string[]): void {
  for (const name of names) store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, new Map());
}
