import { EdgeDeployment } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import type { KubeObject } from '../../cluster/types.js';
import type { Hub } from '../../hub/types.js';
import { ANNOTATION_ABANDON_HUB_DEPLOYMENT } from '../../spec/labels.js';
import { EdgeVmError } from '../../support/errors.js';
import { textAt } from '../../support/plain.js';
import { mergePatchOf } from '../../support/merge-patch.js';
import { abandonAdvice, isAbandoned, isNews, unlessAbandoned } from '../abandon.js';
import { passedOn, reasonOf, stamp, type Wanted as WantedCondition } from '../conditions.js';
import type { Outcome } from '../queue.js';
import type { StatusCondition } from '../types.js';
import { nextTry } from '../refusal.js';
import { LATE_MS } from '../hub-device.js';
import { removeOwn } from './automatic.js';
import { hasFinalizer, removeFinalizer } from './finalizer.js';
import type { DeploymentMemory } from './memory.js';
import type { DeploymentContext, EdgeDeploymentStatus } from './types.js';

const HUB_DEPLOYMENT_REMOVED = 'HubDeploymentRemoved';
/** Without a credential, only a restart of the operator or the person helps. */
const noCredentialMs = 300_000;

/**
 * Removes the automatic deployment from the hub, then the finalizer. A hub that cannot be reached must not block the deletion for
 * ever: the condition says what is left, and an annotation gives it up.
 */
export async function finalizeDeployment(context: DeploymentContext, resource: KubeObject, memory: Pick<DeploymentMemory, 'failures' | 'absentSince'>): Promise<{ outcome: Outcome; isLeft: boolean }> {
  if (!hasFinalizer(resource)) return { outcome: undefined, isLeft: false };
  const { cluster, signal, recorder, hubs } = context;
  const isGivenUp = isAbandoned(resource, ANNOTATION_ABANDON_HUB_DEPLOYMENT);
  const { configuration } = (resource.status ?? {}) as EdgeDeploymentStatus;
  // Without a status, nobody wrote down which hub it was.
  const names = configuration?.hub === undefined ? hubs.names : hubsOf(configuration.hub, textAt(resource.spec, 'hub', 'hostname'));
  let current = resource;
  try {
    if (isGivenUp) recorder.record(resource, { type: 'Warning', reason: 'HubDeploymentAbandoned', message: `automatic deployment ${configuration?.id ?? ''} stays in the hub: it was given up` });
    else {
      let isRemoved = false;
      if (names.length > 0) current = await announce(context, resource, configuration);
      for (const name of names) {
        const removed = await unlessAbandoned(cluster, resource, ANNOTATION_ABANDON_HUB_DEPLOYMENT, signal, (ended) => remove(context, resource, hubs.hub(name), name, ended));
        if (removed === undefined) return { outcome: { afterMs: 0 }, isLeft: false };
        isRemoved = removed || isRemoved;
      }
      // No status says that it was ever made, so a request of an operator that was killed may still be on its way.
      if (!isRemoved && configuration === undefined && names.length > 0) {
        memory.absentSince ??= context.clock.now();
        const afterMs = memory.absentSince + LATE_MS - context.clock.now();
        if (afterMs > 0) return { outcome: { afterMs }, isLeft: false };
      }
    }
  } catch (error) {
    if (signal.aborted || !EdgeVmError.is(error)) throw error;
    await tellLeft(context, current, reasonOf(error), error.message, configuration);
    return { outcome: { afterMs: nextTry(error, memory.failures + 1, Math.random) ?? noCredentialMs }, isLeft: true };
  }
  await removeFinalizer(cluster, current, signal);
  return { outcome: undefined, isLeft: false };
}

/** An operator that was killed may have made it in the hub that the spec names, and not yet said so. */
function hubsOf(known: string, named: string | undefined): string[] {
  return named === undefined || named.toLowerCase() === known.toLowerCase() ? [known] : [known, named];
}

async function remove({ recorder }: DeploymentContext, resource: KubeObject, hub: Hub | undefined, name: string, signal: AbortSignal): Promise<boolean> {
  if (hub === undefined) throw new EdgeVmError('hub-forbidden', `the operator has no credential for hub ${name}`);
  const removed = await removeOwn(hub, await hub.listConfigurations({ signal }), resource, signal);
  if (removed.length > 0) recorder.record(resource, { type: 'Normal', reason: 'HubDeploymentRemoved', message: `automatic deployment ${removed.join(', ')} deleted in ${name}` });
  return removed.length > 0;
}

/** Before the hub is asked, which may take half a minute to fail. */
async function announce(context: DeploymentContext, resource: KubeObject, configuration: EdgeDeploymentStatus['configuration']): Promise<KubeObject> {
  if (conditionIn(resource) !== undefined) return resource;
  const message = `automatic deployment ${configuration?.id ?? ''} is being removed in ${configuration?.hub ?? 'the hub'}`.replace('  ', ' ');
  return tell(context, resource, `is being deleted; ${message}`, { type: HUB_DEPLOYMENT_REMOVED, status: 'Unknown', reason: 'Removing', message });
}

async function tellLeft(context: DeploymentContext, resource: KubeObject, reason: WantedCondition['reason'], why: string, configuration: EdgeDeploymentStatus['configuration']): Promise<void> {
  const left: WantedCondition = { type: HUB_DEPLOYMENT_REMOVED, status: 'False', reason, message: `automatic deployment ${configuration?.id ?? ''} is still in ${configuration?.hub ?? 'the hub'}: ${why}. ${abandonAdvice(resource, ANNOTATION_ABANDON_HUB_DEPLOYMENT, 'it')}` };
  if (isNews(conditionIn(resource), left)) context.recorder.record(resource, { type: 'Warning', reason, message: left.message });
  await tell(context, resource, 'is being deleted; the automatic deployment in the hub is left', left);
}

function conditionIn({ status }: KubeObject): StatusCondition | undefined {
  return ((status ?? {}) as EdgeDeploymentStatus).conditions?.find(({ type }) => type === HUB_DEPLOYMENT_REMOVED);
}

/** The deletion begins when the present work has ended. */
export async function tellOfWork(context: DeploymentContext, resource: KubeObject): Promise<void> {
  if (hasFinalizer(resource)) await tell(context, resource, 'is being deleted; a request to the hub is under way, and the operator waits for its end');
}

async function tell({ cluster, clock, signal }: DeploymentContext, resource: KubeObject, message: string, ...removed: WantedCondition[]): Promise<KubeObject> {
  const { name, namespace, generation = 0 } = resource.metadata;
  const before = (resource.status ?? {}) as EdgeDeploymentStatus;
  const changed: WantedCondition[] = [{ type: 'Ready', status: 'False', reason: 'Deleting', message }, ...removed];
  const types = new Set(changed.map(({ type }) => type));
  const conditions = stamp([...changed, ...(before.conditions ?? []).filter(({ type }) => !types.has(type)).map(passedOn)], before.conditions, generation, clock.now());
  const patch = mergePatchOf(before, { ...before, conditions });
  return patch === undefined ? resource : cluster.mergePatch(ref(EdgeDeployment, name, namespace), { status: patch }, { subresource: 'status', signal });
}
