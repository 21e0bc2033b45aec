import { use } from '../../../support/advice.js';
import type { KubeObject } from '../../../cluster/types.js';
import type { KubeManifest } from '../../../render/types.js';
import { MANAGER } from '../../../spec/labels.js';
import { EdgeVmError } from '../../../support/errors.js';
import { manifestsOf, type Manifests } from '../manifests.js';
import { warn, type Done, type Run } from '../run.js';
import { shapeOf } from './shape.js';

/**
 * The first trial of each shape of manifests (`shapeOf`) among many requests of one run, with its result: devices of one
 * shape need only one.
 */
export type Trials = Map<string, Promise<boolean>>;

/** From so many trials on, a plan tries no shape again for other labels. */
const mostTrials = 500;

/**
 * A dry run: it finds everything that the API server, a quota or a webhook refuses, and every conflict, before the hub
 * knows the device and before edge-vm makes or changes a Secret.
 */
export async function tryManifests(run: Run, manifests: Manifests): Promise<Done<void>> {
  const { live } = manifests;
  const { trials } = run.request;
  if (trials === undefined || live.vm !== undefined) return tryAll(run, manifests);
  const { secret, vm, service } = manifestsOf(manifests);
  const all = [secret, vm, ...(service === undefined ? [] : [service])];
  const shape = shapeOf(all, manifests.rendered.name);
  // Only a plan has nothing after it that would find a refusal.
  const exact = run.request.tryChanges === true ? shapeOf(all, manifests.rendered.name, { withLabels: true }) : shape;
  const known = trials.get(exact) ?? (trials.size < mostTrials ? undefined : trials.get(shape));
  if (known !== undefined && await known) {
    if (!trials.has(exact)) warn(run, 'the API server has tried another device of this shape, but not one with these labels: there are too many different ones');
    return { value: undefined, skipped: true, detail: 'accepted for another device of this shape' };
  }
  const own = tryAll(run, manifests);
  // A refusal may be about one device only, so each of the others tries again.
  const isTaken = own.then(() => true, () => false);
  for (const one of [exact, shape]) if (!trials.has(one)) trials.set(one, isTaken);
  return own;
}

async function tryAll(run: Run, manifests: Manifests): Promise<Done<void>> {
  const { live } = manifests;
  const { secret, vm, service } = manifestsOf(manifests);
  await tryOne(run, vm, live.vm);
  await Promise.all([tryOne(run, secret, live.secret), ...(service === undefined ? [] : [tryOne(run, service, live.service)])]);
  return { value: undefined };
}

/** For a new object this tries a create: that is one request; an apply would read first. */
async function tryOne(run: Run, manifest: KubeManifest, live: KubeObject | undefined): Promise<void> {
  const { context: { cluster }, request, deadline: { signal } } = run;
  try {
    if (live === undefined) await cluster.create(manifest, { fieldManager: MANAGER, signal, dryRun: true });
    else await cluster.apply(manifest, { before: live, fieldManager: MANAGER, signal, dryRun: true, force: request.takeOwnership });
  } catch (error) {
    if (noDryRun(error)) return warn(run, `the API server could not try the ${manifest.kind}, so something may still refuse it: ${error.message}`);
    if (!EdgeVmError.is(error) || error.details['kind'] !== 'namespaces') throw error;
    const { namespace } = manifest.metadata;
    throw new EdgeVmError('not-found', `namespace ${namespace} does not exist`, {
      cause: error,
      hint: `Make it: kubectl create namespace ${namespace}, or give the device its own namespace`, advice: use('namespacePerDevice'),
    });
  }
}

/** A webhook that may have side effects gets no dry runs: the API server then refuses all of them with 400. That says nothing about the object. */
function noDryRun(error: unknown): error is EdgeVmError {
  return EdgeVmError.is(error) && error.details['status'] === 400 && /does not support dry run/.test(error.message);
}
