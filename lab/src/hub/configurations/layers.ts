import { isObject } from '../registry/json.js';
import type { Configuration, JsonObject } from '../store/model.js';
import { DESIRED } from '../twins/configuration.js';

/** What a device gets from the deployments that target it. */
export interface Choice {
  /** The one that counts, and the layers upon it, in the order in which they are written. */
  applied: Configuration[];
  /** `modulesContent` of all of them together. */
  modules: JsonObject;
}

/**
 * The highest priority wins; of two alike, the one that was created later. Layered deployments of a higher priority than it come on top.
 * https://learn.microsoft.com/azure/iot-edge/module-deployment-monitoring#priority
 */
export function choose(targeting: readonly Configuration[]): Choice | undefined {
  // They come in the order of their creation, which also decides between two of the same millisecond.
  const ranked = targeting.toReversed().sort((a, b) => b.priority - a.priority);
  const base = ranked.find((configuration) => !isLayered(configuration));
  if (base === undefined) return undefined;
  const layers = ranked.slice(0, ranked.indexOf(base)).filter(isLayered).reverse();
  const modules: JsonObject = {};
  for (const configuration of [base, ...layers]) {
    for (const [moduleId, content] of Object.entries(modulesOf(configuration))) {
      modules[moduleId] = { ...(isObject(modules[moduleId]) ? modules[moduleId] : {}), ...(isObject(content) ? content : {}) };
    }
  }
  return { applied: [base, ...layers], modules };
}

/** A layered deployment adds to `$edgeAgent`'s desired properties; it does not have them all. */
export function isLayered(configuration: { content: JsonObject }): boolean {
  const agent = modulesOf(configuration)['$edgeAgent'];
  return isObject(agent) && agent[DESIRED] === undefined;
}

function modulesOf({ content }: { content: JsonObject }): JsonObject {
  return isObject(content['modulesContent']) ? content['modulesContent'] : {};
}
