import { edgeDeviceOwnerOf } from '../../cluster/owned.js';
import type { Change } from '../../readiness/types.js';
import { hasRoom, keptText, toKeep } from '../kept/document.js';
import { expiryOf } from '../../spec/expiry.js';
import { InvalidInputError } from '../../support/errors.js';
import type { Consequence, Outdated, PreparedDevice, Subject } from './prepared.js';
import { consequencesForObjects, consequencesOf } from './look/consequences.js';
import { lookAtDisks, tellOfDisks } from './look/disks.js';
import { lookForObjects } from './look/existing.js';
import { generationOf, withGeneration } from './look/generation.js';
import { findIdentity } from './look/hub-identity.js';
import { identify } from './look/identity.js';
import { findOutdated } from './look/outdated.js';
import { plan } from './look/plan.js';
import { preflight } from './look/preflight.js';
import { refuseUnchangeable } from './look/unchangeable.js';
import { tryManifests } from './look/trial.js';
import { NO_LOGIN } from '../../render/index.js';
import { hasOldSettings } from '../../readiness/restart.js';
import { renderFor } from './render.js';
import { renewals } from './change/renew.js';
import { KEPT_CHANGED } from './user-data.js';
import { step, warn, type Run } from './run.js';

/** Every step here only reads: the cluster, the hub, and the API server's answers to dry runs. It changes nothing. */
export async function prepare(run: Run): Promise<PreparedDevice> {
  const { request, report } = run;
  const found = await step(run, 'resolve identity', () => identify(run));
  checkDates(run, found);
  const { makesNamespace } = await step(run, 'preflight', () => preflight(run, found));
  const live = await step(run, 'look for existing objects', () => lookForObjects(run, found));
  const known = withGeneration(found, live.vm);
  const identity = await findIdentity(run, known);
  const first = await step(run, 'render', async () => ({ value: renderFor(known, identity.identity) }));
  // One warning is enough: edge-vm gave it when the device was made.
  for (const message of first.warnings) if (message !== NO_LOGIN || live.vm === undefined) warn(run, message);
  const disks = await step(run, 'compare with the disk', () => lookAtDisks(run, known, first, live.vm));
  const { firstBoot } = disks;
  // A kept disk still has its generation, but only the UUID shows which one.
  const subject = live.vm === undefined ? withGeneration(known, undefined, generationOf(firstBoot, known)) : known;
  const rendered = subject === known ? first : renderFor(subject, identity.identity);
  tellOfDisks(run, subject, rendered, disks);
  const toBeKept = toKeep(subject.input, subject.name);
  const text = keptText(toBeKept);
  const kept = hasRoom(text, rendered.userData.reveal(), rendered.networkData) ? text : undefined;
  if (kept === undefined) warn(run, 'the device is too large to keep it in the Secret beside its user-data: change it with create -f only, because flags have no device to change');
  const planned = { request, subject, rendered, live, firstBoot, kept, makesNamespace };
  const compared = plan(planned);
  const before: Consequence[] = live.vm === undefined ? [] : subject.kept === undefined ? consequencesForObjects(compared) : consequencesOf(subject.kept, toBeKept);
  refuseUnchangeable(run, rendered, live.vm, disks, subject.kept === undefined ? [] : before);
  // A dry run tries everything later, and a namespace that does not exist yet holds nothing. If only the Secret of a live
  // device changes, its apply is the first change anyway.
  const isMore = compared.some(({ kind, outcome }) => kind !== 'Secret' && (outcome === 'created' || outcome === 'changed'));
  const isPlanned = request.tryChanges === true && !makesNamespace && compared.some(({ outcome }) => outcome !== 'unchanged');
  const tried = isPlanned || (request.dryRun === 'none' && !makesNamespace && (identity.toRegister || live.vm === undefined || isMore));
  await step(run, 'try the manifests', () => (tried ? tryManifests(run, planned) : Promise.resolve({ value: undefined, skipped: true })));
  const outdated = findOutdated(rendered, live.vm, disks, compared);
  const consequences = before.map((one) => withNewDisk(one, outdated));
  // Last: a device that is refused would not be registered.
  if (request.dryRun === 'client') tellOfRegistration(run, { identity, subject });
  const changes = [...compared.map((one) => (isOnlyDefaults(planned, one, consequences) ? { kind: one.kind, name: one.name, outcome: 'unchanged' as const } : one)), ...renewals(outdated)];
  return Object.freeze({
    ...planned, identity, outdated, runsOldSettings: live.vm !== undefined && outdated.instance === undefined && disks.vmi !== undefined && hasOldSettings(disks.vmi, live.vm),
    consequences: Object.freeze(consequences),
    changes: Object.freeze(changes),
    warnings: Object.freeze([...report.warnings]),
  });
}

/** Of a dry run that has refused nothing: what it would do in the hub. */
export function tellOfRegistration(run: Run, { identity, subject }: Pick<PreparedDevice, 'identity' | 'subject'>): void {
  if (identity.toRegister) warn(run, `device ${subject.deviceId} would be registered in ${subject.hubHostname}`);
}

/** The operator keeps the EdgeDevice of the API server, which fills in defaults. A file without them says the same. */
function isOnlyDefaults({ request, live, subject }: Pick<PreparedDevice, 'request' | 'live' | 'subject'>, { kind, detail }: Change, consequences: readonly Consequence[]): boolean {
  return request.compareOnly === true && kind === 'Secret' && detail === KEPT_CHANGED && subject.kept !== undefined && consequences.length === 0 && edgeDeviceOwnerOf(live.vm) !== undefined;
}

/** Certificates that are out of date today; those that the device already has stop nothing. */
function checkDates(run: Run, { device, kept }: Subject): void {
  const { problems, warnings } = expiryOf(device, run.context.clock.now(), kept);
  if (problems.length > 0) throw new InvalidInputError(problems);
  for (const message of warnings) warn(run, message);
}

/** A disk that was never filled is made again, so a change of it is in effect at once. */
function withNewDisk(one: Consequence, { disks }: Outdated): Consequence {
  return disks.length > 0 && one.effect === 'never' && one.path.startsWith('spec.') ? { ...one, effect: 'at-once' } : one;
}
