import { load } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import type { Passing } from './api-proxy.js';
import { repositoryFile } from './paths.js';

/** `apiGroup/resource verb` as RBAC sees a request. */
export function rightOf(method: string, url: string): string {
  const [path, query = ''] = url.split('?', 2) as [string, string?];
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(?:namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path);
  const [, group = '', resource = '', name, subresource] = match ?? [];
  const verbs: Record<string, string> = { POST: 'create', PATCH: 'patch', DELETE: 'delete', PUT: 'update' };
  const reading = name !== undefined ? 'get' : query.includes('watch=true') ? 'watch' : 'list';
  return `${group}/${resource}${subresource === undefined ? '' : `/${subresource}`} ${verbs[method] ?? reading}`;
}

/** The rights that these requests needed. To apply a new object also needs the right to create. */
export function rightsUsed(seen: readonly Passing[]): Set<string> {
  return new Set(seen.flatMap(({ method, path, status }) => [
    rightOf(method, path), ...(method === 'PATCH' && status === 201 ? [rightOf('PATCH', path).replace(/patch$/, 'create')] : []),
  ]));
}

/** The rights that a Role or ClusterRole of the repository gives. */
export async function rightsIn(...path: string[]): Promise<string[]> {
  const { rules } = load(await readFile(repositoryFile(...path), 'utf8')) as { rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
  return rules.flatMap(({ apiGroups, resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${apiGroups[0]}/${resource} ${verb}`)));
}
