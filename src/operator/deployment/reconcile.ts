import { EdgeDeployment, EdgeDevice } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import { partsOf } from '../../cluster/key.js';
import type { KubeObject } from '../../cluster/types.js';
import { causeOf } from '../../readiness/cause.js';
import { EdgeVmError, InvalidInputError, type Problem } from '../../support/errors.js';
import { mergePatchOf } from '../../support/merge-patch.js';
import { inFull, reasonOf, type Wanted as WantedCondition } from '../conditions.js';
import { isPassing, nextTry } from '../refusal.js';
import type { Outcome } from '../queue.js';
import { tellingOfDeletion } from '../telling-deletion.js';
import { lookAtConfiguration } from './automatic.js';
import { Configurations } from './configurations.js';
import { tellOf } from './events.js';
import { finalizeDeployment, tellOfWork } from './finalize.js';
import { lookAtDevices } from './git-look.js';
import { count, type Look } from './look.js';
import { lastConflicts, lastKnown } from './last-known.js';
import { DeploymentMemories, type DeploymentMemory } from './memory.js';
import { mirror } from './mirror.js';
import { readPasswords } from './passwords.js';
import { QueryBudget } from './query-budget.js';
import { readSpec, type ReadSpec } from './spec.js';
import { statusOf } from './status.js';
import type { DeploymentContext, EdgeDeploymentStatus } from './types.js';
import { wantedOf, type Wanted } from './wanted.js';

/** The answers of the hub change each minute or so. A look that finds nothing new sends nothing. */
const standardIntervalMs = 15_000;
/** A password may change in its Secret. */
const passwordLifeMs = 300_000;
/** After this time without progress nobody waits any more: a device may be off for weeks. */
const rollingMs = 300_000;

/** The work on EdgeDeployments, by key. */
export interface DeploymentReconciler {
  reconcile(key: string): Promise<Outcome>;
  /** Devices are taking up a deployment since not long ago. */
  isRolling(): boolean;
}

export function createDeploymentReconciler(context: DeploymentContext): DeploymentReconciler {
  const { cluster, clock, signal, intervalMs = standardIntervalMs } = context;
  const memories = new DeploymentMemories();
  const budget = new QueryBudget(clock);
  const configurations = new Configurations(clock);

  async function reconcile(key: string): Promise<Outcome> {
    const { namespace, name } = partsOf(key);
    const resource = await cluster.get(ref(EdgeDeployment, name, namespace), { signal });
    if (resource === undefined) {
      memories.forget(key);
      return undefined;
    }
    const memory = memories.of(key, resource);
    if (resource.metadata.deletionTimestamp !== undefined) {
      const { outcome, isLeft } = await finalizeDeployment(context, resource, memory);
      memory.failures = isLeft ? memory.failures + 1 : 0;
      return outcome;
    }
    const look = await tellingOfDeletion(context, resource, (live) => tellOfWork(context, live), () => lookAt(resource, memory, namespace));
    const live = await cluster.get(ref(EdgeDeployment, name, namespace), { signal });
    if (live?.metadata.deletionTimestamp !== undefined) return { afterMs: 0 };
    const { counts } = await writeStatus(resource, look);
    noteProgress(memory, JSON.stringify(counts), counts !== undefined && counts.reported < counts.selected);
    return { afterMs: look.afterMs };
  }

  async function lookAt(resource: KubeObject, memory: DeploymentMemory, namespace: string): Promise<Look> {
    const { spec, problems, warnings } = readOnce(resource, memory);
    const devices = await cluster.list(EdgeDevice, { namespace, signal });
    const deployments = spec.apply === 'Automatic' ? [] : await cluster.list(EdgeDeployment, { namespace, signal });
    const kept = (why: string, ...conditions: WantedCondition[]): Omit<Look, 'afterMs'> => ({ ...lastKnown(context, resource, spec, devices, `${why}: the device keeps what it had`), conditions: [...conditions, ...lastConflicts(resource, spec, { devices, deployments })] });
    if (problems.length > 0) return { ...kept('the manifest is invalid', manifest('False', 'InvalidManifest', listed(problems))), afterMs: intervalMs };
    if (spec.source === 'Hub') return mirror(context, spec, devices, intervalMs);
    let wanted: Wanted;
    try {
      wanted = await wantedOnce(resource, memory, spec, namespace);
    } catch (error) {
      if (signal.aborted || !EdgeVmError.is(error) || isPassing(error)) throw error;
      memory.failures += 1;
      const isMissing = error instanceof InvalidInputError;
      const [reason, message]: [WantedCondition['reason'], string] = isMissing ? ['SecretNotFound', listed(error.problems)] : [reasonOf(error), inFull(causeOf(error))];
      return {
        ...kept(`a Secret ${isMissing ? 'is missing' : 'cannot be read'}`, valid(warnings), { type: 'Applied', status: 'False', reason, message }),
        afterMs: isMissing ? 30_000 : (nextTry(error, memory.failures, Math.random) ?? 300_000),
      };
    }
    if (spec.apply === 'PerDevice') memory.failures = 0;
    const work = { context, resource, memory, wanted, budget, configurations };
    const look = spec.apply === 'Automatic'
      ? await lookAtConfiguration(work, spec, devices, intervalMs)
      : await lookAtDevices(work, spec, { devices, deployments }, intervalMs);
    return { ...look, conditions: [valid(warnings), ...look.conditions] };
  }

  /** Whether somebody waits: a device is not done, and a count changed not long ago. */
  function noteProgress(memory: DeploymentMemory, counts: string, isOpen: boolean): void {
    const { progress } = memory;
    memory.progress = { counts, at: !isOpen ? Number.NEGATIVE_INFINITY : progress?.counts === counts ? progress.at : clock.now() };
  }

  /** Checks a manifest once for each generation. */
  function readOnce(resource: KubeObject, memory: DeploymentMemory): ReadSpec {
    const { generation = 0 } = resource.metadata;
    if (memory.spec?.generation !== generation) memory.spec = { generation, read: readSpec(resource) };
    return memory.spec.read;
  }

  async function wantedOnce(resource: KubeObject, memory: DeploymentMemory, { modulesContent }: ReadSpec['spec'], namespace: string): Promise<Wanted> {
    const { generation = 0 } = resource.metadata;
    if (memory.wanted?.generation !== generation || memory.wanted.until < clock.now()) {
      const passwords = await readPasswords(cluster, namespace, modulesContent, signal);
      const until = passwords.values.size === 0 ? Number.POSITIVE_INFINITY : clock.now() + passwordLifeMs;
      memory.wanted = { generation, until, wanted: wantedOf(modulesContent, passwords) };
    }
    return memory.wanted.wanted;
  }

  /** Patches only what differs, and sends nothing if nothing does. */
  async function writeStatus(resource: KubeObject, look: Look): Promise<EdgeDeploymentStatus> {
    const before = (resource.status ?? {}) as EdgeDeploymentStatus;
    const status = statusOf(resource, look, clock.now());
    const patch = mergePatchOf(before, status);
    if (patch !== undefined) await cluster.mergePatch(ref(EdgeDeployment, resource.metadata.name, resource.metadata.namespace), { status: patch }, { subresource: 'status', signal });
    tellOf(context.recorder, resource, before, status);
    return status;
  }

  return {
    isRolling: () => memories.newest() > clock.now() - rollingMs,
    async reconcile(key) {
      try {
        return await reconcile(key);
      } catch (error) {
        if (signal.aborted) return undefined;
        // The resource went, or changed, while this ran: its watch brings the next run.
        if (EdgeVmError.is(error) && (error.code === 'conflict' || error.code === 'not-found')) return { failed: {} };
        throw error;
      }
    },
  };
}

function manifest(status: WantedCondition['status'], reason: WantedCondition['reason'], message: string): WantedCondition {
  return { type: 'ManifestValid', status, reason, message };
}

function valid(warnings: readonly Problem[]): WantedCondition {
  const message = warnings.length === 0 ? 'the manifest is valid' : `the manifest is valid; ${count(warnings.length, 'warning')}: ${listed(warnings)}`;
  return manifest('True', 'Valid', message);
}

/** Every problem with its field. A condition has at most 32,768 characters. */
function listed(problems: readonly Problem[]): string {
  const text = problems.map(({ field, message, got }) => `${field}: ${message}${got === undefined ? '' : ` (got ${got})`}`).join('\n');
  return text.length <= 16_000 ? text : `${text.slice(0, 16_000)}…`;
}
