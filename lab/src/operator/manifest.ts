import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump, loadAll } from 'js-yaml';
import type { ApiObject } from '../control-plane/resources.js';

/** Namespace, ServiceAccount and Lease of the static manifest. */
export const OPERATOR = { namespace: 'edge-vm-system', account: 'edge-vm', lease: 'edge-vm-operator' } as const;

const package_ = dirname(fileURLToPath(import.meta.resolve('edge-vm/package.json')));

/** The command whose operator the lab runs. */
export const EDGE_VM = join(package_, 'bin', 'edge-vm');

/** Types, names and rights: what a process needs in place of a pod. */
const installed = new Set(['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']);

/** The static manifest that comes with edge-vm, without what makes and finds the pods: in the lab, the operator is a process. */
export function manifestWithoutPods(text = readFileSync(join(package_, 'packaging', 'operator', 'edge-vm-operator.yaml'), 'utf8')): string {
  const objects = (loadAll(text) as (ApiObject | null)[]).filter((object) => object !== null);
  return objects.filter(({ kind }) => installed.has(kind)).map((object) => `---\n${dump(object)}`).join('');
}
