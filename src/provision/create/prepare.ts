import type { PreparedDevice } from './prepared.js';
import { lookAtDisks } from './look/disks.js';
import { lookForObjects } from './look/existing.js';
import { findIdentity } from './look/hub-identity.js';
import { identify } from './look/identity.js';
import { plan } from './look/plan.js';
import { preflight } from './look/preflight.js';
import { tryManifests } from './look/trial.js';
import { renderFor } from './render.js';
import { step, warn, type Run } from './run.js';

/** Every step here only looks: at the cluster, at the hub, at what the API server would say. Nothing is left behind. */
export async function prepare(run: Run): Promise<PreparedDevice> {
  const { request, report } = run;
  const subject = await step(run, 'resolve identity', () => identify(run));
  const { makesNamespace } = await step(run, 'preflight', () => preflight(run, subject));
  const live = await step(run, 'look for existing objects', () => lookForObjects(run, subject));
  const identity = await findIdentity(run, subject);
  const rendered = await step(run, 'render', async () => ({ value: renderFor(subject, request, identity.identity) }));
  for (const message of rendered.warnings) warn(run, message);
  const firstBoot = await step(run, 'compare with the disk', () => lookAtDisks(run, subject, rendered, live.vm));
  const manifests = { subject, rendered, live, firstBoot };
  // A dry run tries the whole later, and a namespace that is still to be made holds nothing.
  const tried = request.dryRun === 'none' && !makesNamespace && (identity.toRegister || live.vm === undefined);
  await step(run, 'try the manifests', () => (tried ? tryManifests(run, manifests) : Promise.resolve({ value: undefined, skipped: true })));
  return Object.freeze({
    request, subject, identity, rendered, live, makesNamespace, firstBoot,
    changes: Object.freeze(plan({ subject, rendered, live, makesNamespace })),
    warnings: Object.freeze([...report.warnings]),
  });
}
