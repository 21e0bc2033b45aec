import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './cluster.js';

interface Deployment { status?: { availableReplicas?: number }; spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } } }
interface Operand { metadata: { deletionTimestamp?: string; generation: number }; status?: { observedKubeVirtVersion?: string; observedVersion?: string } }

const parts = [
  { name: 'kubevirt', deployment: '/apis/apps/v1/namespaces/kubevirt/deployments/virt-operator', operand: '/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt', status: '/status', variable: 'KUBEVIRT_VERSION', observed: 'observedKubeVirtVersion' },
  // CDI's type has no status subresource.
  { name: 'cdi', deployment: '/apis/apps/v1/namespaces/cdi/deployments/cdi-operator', operand: '/apis/cdi.kubevirt.io/v1beta1/cdis/cdi', status: '', variable: 'OPERATOR_VERSION', observed: 'observedVersion' },
] as const;

/**
 * Plays virt-operator and cdi-operator: as soon as the operator's pods run, it says in the KubeVirt and CDI objects that the
 * operator's version is deployed. The returned function stops it.
 */
export function playOperators(api: Api, names: readonly ('kubevirt' | 'cdi')[] = ['kubevirt', 'cdi']): () => Promise<void> {
  const ended = new AbortController();
  const loop = (async () => {
    while (!ended.signal.aborted) {
      for (const part of parts.filter(({ name }) => names.includes(name))) {
        // The types come and go while this runs.
        await settle(api, part).catch(() => {});
      }
      await delay(200);
    }
  })();
  return async () => {
    ended.abort();
    await loop;
  };
}

async function settle(api: Api, { deployment, operand, status, variable, observed }: (typeof parts)[number]): Promise<void> {
  const operator = await api.get<Deployment>(deployment);
  if ((operator?.status?.availableReplicas ?? 0) === 0) return;
  const object = await api.get<Operand>(operand);
  const version = operator?.spec.template.spec.containers.flatMap(({ env }) => env ?? []).find(({ name }) => name === variable)?.value;
  if (object === undefined || version === undefined || object.status?.[observed] === version) return;
  await api.mergePatch(`${operand}${status}`, { status: { phase: 'Deployed', [observed]: version, conditions: [{ type: 'Available', status: 'True' }, { type: 'Degraded', status: 'False' }] } });
}
