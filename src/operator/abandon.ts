import type { Cluster, KubeObject } from '../cluster/types.js';
import { unlessChanged } from './unless-changed.js';

/** True if a person has given up what is left in the hub. */
export function isAbandoned({ metadata }: KubeObject, annotation: string): boolean {
  return metadata.annotations?.[annotation] === 'true';
}

/** What a person does to give it up, and why a value that they gave does not count. */
export function abandonAdvice(resource: KubeObject, annotation: string, what: string): string {
  const { name, namespace, annotations } = resource.metadata;
  const given = annotations?.[annotation];
  const wrong = given === undefined ? '' : ` Annotation ${annotation} has value ${JSON.stringify(given.slice(0, 40))}, but only "true" counts.`;
  const overwrite = given === undefined ? '' : ' --overwrite';
  return `The operator tries again. To leave ${what} there: kubectl annotate ${resource.kind.toLowerCase()} ${name}${namespace === undefined ? '' : ` -n ${namespace}`} ${annotation}=true${overwrite}.${wrong}`;
}

/** A deletion that waits is told once for each reason, and once more if the person's answer does not count. */
export function isNews(before: { reason: string; message: string } | undefined, now: { reason: string; message: string }): boolean {
  const counts = 'but only "true" counts';
  return before?.reason !== now.reason || (now.message.includes(counts) && !before.message.includes(counts));
}

/** A call to the hub for a resource that is being deleted: it ends at once if a person gives up meanwhile what is left there. `undefined` then. */
export async function unlessAbandoned<T>(cluster: Cluster, resource: KubeObject, annotation: string, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  return unlessChanged(cluster, resource, (live) => isAbandoned(live, annotation), signal, call);
}
