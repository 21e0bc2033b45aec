import { groupOf } from '../../../cluster/kinds.js';
import type { ResourceType } from '../../../cluster/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import { startDeadline } from '../../../support/deadline.js';
import type { ProvisionContext } from '../../../readiness/types.js';
import { isDerived, isGiven, isGoing, isKept, kindOf, matters } from './given.js';

/** What keeps a namespace from being empty, and what keeps that from being known; both lists may be cut short. */
export interface Look {
  /** `ConfigMap mine`. */
  held: string[];
  /** `deployments.apps`: not allowed to list them. */
  hidden: string[];
  /** In words: what did not answer. */
  failed: string[];
}

/** A cluster has 30 to 300 types. */
const atOnce = 6;
/** What a namespace has by itself fits into one page. */
const page = 50;
/** Three objects, or three types that cannot be seen, decide as well as all. */
const enough = 3;
const limitMs = 60_000;

/**
 * Looks at every type of the API whether the namespace holds anything that is somebody's. One request a type, few at
 * once; it ends early when the answer is clear. Anything that cannot be seen counts as not known, never as empty.
 */
export async function lookInto(context: ProvisionContext, namespace: string, signal: AbortSignal): Promise<Look> {
  const look: Look = { held: [], hidden: [], failed: [] };
  const deadline = startDeadline(context.clock, limitMs, signal);
  try {
    const { types, silent } = await context.cluster.namespacedTypes({ signal: deadline.signal });
    look.failed.push(...silent.filter(isKept).map((apiVersion) => `${apiVersion} does not answer`));
    // Something has left them out.
    if (types.length === 0) look.failed.push('the API tells no types');
    await lookAtAll(context, namespace, types.filter(matters), look, deadline.signal);
  } catch (error) {
    if (!EdgeVmError.is(error) && !deadline.expired) throw error;
    look.failed.push(deadline.expired ? `it took more than ${limitMs / 1000} s` : (error as EdgeVmError).message);
  } finally {
    deadline.dispose();
  }
  signal.throwIfAborted();
  return look;
}

async function lookAtAll(context: ProvisionContext, namespace: string, types: ResourceType[], look: Look, signal: AbortSignal): Promise<void> {
  const looked = new Set(types.map(({ apiVersion, kind }) => kindOf(apiVersion, kind)));
  const queue = types.values();
  const work = async (): Promise<void> => {
    for (const type of queue) {
      signal.throwIfAborted();
      await lookAt(context, namespace, type, looked, look, signal);
      if (isEnough(look)) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function lookAt(context: ProvisionContext, namespace: string, type: ResourceType, looked: ReadonlySet<string>, look: Look, signal: AbortSignal): Promise<void> {
  const name = nameOf(type);
  try {
    const { items, more } = await context.cluster.peek(type, namespace, page, { signal });
    const others = items.filter((object) => !isGiven(object) && !isGoing(object) && !isDerived(object, looked));
    look.held.push(...others.slice(0, enough).map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    if (others.length === 0 && more) look.held.push(`more than ${page} ${name}`);
  } catch (error) {
    if (!EdgeVmError.is(error) || signal.aborted) throw error;
    if (error.code === 'forbidden') look.hidden.push(name);
    else look.failed.push(`${name}: ${error.message}`);
  }
}

function isEnough({ held, hidden, failed }: Look): boolean {
  return [held, hidden, failed].some((list) => list.length >= enough);
}

function nameOf({ apiVersion, plural }: ResourceType): string {
  const group = groupOf(apiVersion);
  return group === '' ? plural : `${plural}.${group}`;
}
