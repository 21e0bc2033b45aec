import type { Problem } from '../support/errors.js';
import { isMapping, record } from '../support/plain.js';
import { parseYaml } from '../support/yaml.js';

/**
 * `modulesContent` of a manifest, however much stands around it: `{modulesContent}` as `az iot edge set-modules` and the
 * editors write it, `{content: {modulesContent}}` as `az iot edge deployment show` prints it, or nothing.
 */
export function unwrapManifest(document: unknown): unknown {
  const outer = record(document);
  if (outer === undefined) return document;
  const inner = record(outer['content']) ?? outer;
  return Object.hasOwn(inner, 'modulesContent') ? inner['modulesContent'] : document;
}

/** Reads the text of a manifest, JSON or YAML. */
export function parseManifest(text: string, field: string): { modulesContent: unknown } | { problem: Problem } {
  const result = parseYaml(text, field);
  if ('problem' in result) return result;
  const { documents } = result;
  if (documents.length !== 1 || !isMapping(documents[0])) {
    return { problem: { kind: 'unreadable', field, message: `must be one deployment manifest, a mapping with modulesContent; it has ${documents.length} documents` } };
  }
  return { modulesContent: unwrapManifest(documents[0]) };
}
