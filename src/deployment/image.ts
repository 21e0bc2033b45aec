import { isImageReference } from '../spec/formats/urls.js';

/** edgeAgent replaces it with the parent of a nested device (`NestedEdgeParentUrlParser.cs`). */
const parent = /^\$upstream:[1-9]\d{0,4}\//;
/** What a template of the editors leaves open until `iotedgedev` or VS Code fills it in. */
const placeholder = /\$\{[^}]*\}|\$[A-Z_][A-Z0-9_]*/;

/** What is wrong with the image of a module; `undefined` if Docker takes it. */
export function judgeImage(image: string): string | undefined {
  if (placeholder.test(image)) return 'has a placeholder that nobody filled in: use the generated deployment.json, not the template';
  const rest = image.trim().replace(parent, '');
  if (rest.startsWith('$')) return 'must name the parent as $upstream:PORT/, such as $upstream:443/azureiotedge-agent:1.5';
  return isImageReference(rest) ? undefined : 'must be an image such as mcr.microsoft.com/azureiotedge-agent:1.5, or $upstream:443/azureiotedge-agent:1.5 of a nested device';
}

/** True if the image has neither tag nor digest: edgeAgent then takes `latest`. */
export function hasNoTag(image: string): boolean {
  return !/[:@][^/]*$/.test(image.trim());
}
