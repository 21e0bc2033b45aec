import type { Node } from './node.js';

/** Why a declared field does not exist in a cluster; `undefined` if it does. Markdown. */
export function absentInCluster(node: Node, around?: Node): string | undefined {
  if (node.type === 'text' && node.file?.kind === 'only') return `It is a path: give \`${node.file.into}\`.`;
  if (around?.type === 'object' && around.name === 'SecretSource' && node.type === 'text') return 'A secret is in a Secret: give `secretRef`.';
  return undefined;
}

/** True for a field that in a file may be a path, and in a cluster is the text itself. */
export function isTextInCluster(node: Node): boolean {
  return node.type === 'text' ? node.file?.kind === 'or-text' : node.type === 'list' && node.files !== undefined;
}
