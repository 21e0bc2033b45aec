import { hasRoom, keptText, toKeep } from '../kept/document.js';
import { expiryOf } from '../../spec/expiry.js';
import { InvalidInputError } from '../../support/errors.js';
import type { Consequence, PreparedDevice, Subject } from './prepared.js';
import { consequencesForObjects, consequencesOf } from './look/consequences.js';
import { lookAtDisks, tellOfDisks } from './look/disks.js';
import { lookForObjects } from './look/existing.js';
import { generationOf, withGeneration } from './look/generation.js';
import { findIdentity } from './look/hub-identity.js';
import { identify } from './look/identity.js';
import { findOutdated } from './look/outdated.js';
import { plan } from './look/plan.js';
import { preflight } from './look/preflight.js';
import { tryManifests } from './look/trial.js';
import { NO_LOGIN } from '../../render/index.js';
import { renderFor } from './render.js';
import { renewals } from './change/renew.js';
import { step, warn, type Run } from './run.js';

/** Every step here only looks: at the cluster, at the hub, at what the API server would say. Nothing is left behind. */
export async function prepare(run: Run): Promise<PreparedDevice> {
  const { request, report } = run;
  const found = await step(run, 'resolve identity', () => identify(run));
  checkDates(run, found);
  const { makesNamespace } = await step(run, 'preflight', () => preflight(run, found));
  const live = await step(run, 'look for existing objects', () => lookForObjects(run, found));
  const known = withGeneration(found, live.vm);
  const identity = await findIdentity(run, known);
  const first = await step(run, 'render', async () => ({ value: renderFor(known, identity.identity) }));
  // Once is enough: who made it so has been told.
  for (const message of first.warnings) if (message !== NO_LOGIN || live.vm === undefined) warn(run, message);
  const disks = await step(run, 'compare with the disk', () => lookAtDisks(run, known, first, live.vm));
  const { firstBoot } = disks;
  // A disk that was kept has its generation still, and only the UUID tells which.
  const subject = live.vm === undefined ? withGeneration(known, undefined, generationOf(firstBoot, known)) : known;
  const rendered = subject === known ? first : renderFor(subject, identity.identity);
  tellOfDisks(run, subject, rendered, disks);
  const toBeKept = toKeep(subject.input, subject.name);
  const text = keptText(toBeKept);
  const kept = hasRoom(text, rendered.userData.reveal(), rendered.networkData) ? text : undefined;
  if (kept === undefined) warn(run, 'the device is too large to be kept beside its user-data in the Secret: change it with create -f only, since flags cannot be laid onto it');
  const planned = { subject, rendered, live, firstBoot, kept, makesNamespace };
  // A dry run tries the whole later, and a namespace that is still to be made holds nothing.
  const tried = request.dryRun === 'none' && !makesNamespace && (identity.toRegister || live.vm === undefined);
  await step(run, 'try the manifests', () => (tried ? tryManifests(run, planned) : Promise.resolve({ value: undefined, skipped: true })));
  const compared = plan(planned);
  const outdated = findOutdated(rendered, live.vm, disks, compared);
  const changes = [...compared, ...renewals(outdated)];
  const consequences: Consequence[] = live.vm === undefined ? [] : subject.kept === undefined ? consequencesForObjects(compared) : consequencesOf(subject.kept, toBeKept);
  return Object.freeze({
    ...planned, request, identity, outdated,
    consequences: Object.freeze(consequences),
    changes: Object.freeze(changes),
    warnings: Object.freeze([...report.warnings]),
  });
}

/** Certificates that are out of date today; those that the device has already stop nothing. */
function checkDates(run: Run, { device, kept }: Subject): void {
  const { problems, warnings } = expiryOf(device, run.context.clock.now(), kept);
  if (problems.length > 0) throw new InvalidInputError(problems);
  for (const message of warnings) warn(run, message);
}
