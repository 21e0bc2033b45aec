import { refuseOwned } from '../common/edge-device.js';
import { applyObjects } from './change/objects.js';
import { makeNamespace } from './change/namespace.js';
import { register } from './change/register.js';
import { renew } from './change/renew.js';
import { restart } from './change/restart.js';
import { start } from './change/start.js';
import { takeBack } from './change/take-back.js';
import { tryManifests } from './look/trial.js';
import type { AppliedDevice, PreparedDevice } from './prepared.js';
import { tellOfRegistration } from './prepare.js';
import { renderFor } from './render.js';
import { step, type Run } from './run.js';

/**
 * Every step here changes something. It makes the hub device only after the API server has accepted all the rest. Each
 * step can be repeated, so if a run was killed at any point, the next one continues it.
 */
export async function apply(run: Run, prepared: PreparedDevice): Promise<AppliedDevice> {
  const { subject, live } = prepared;
  refuseOwned([live.vm, live.secret, live.service], subject, run.request.owner);
  await step(run, 'create namespace', () => makeNamespace(run, prepared));
  if (prepared.makesNamespace && prepared.identity.toRegister) await step(run, 'try the manifests', () => tryManifests(run, prepared));
  const { identity, made } = await step(run, 'register device', () => register(run, prepared));
  // The key is part of the user-data, and is known only now.
  const rendered = prepared.identity.toRegister ? renderFor(subject, identity.identity) : prepared.rendered;
  const vm = await step(run, 'apply', () => applyObjects(run, { ...prepared, rendered })).catch(async (error: unknown) => {
    if (made) await takeBack(run, prepared, error);
    throw error;
  });
  const renewed = await step(run, 'replace what never worked', () => renew(run, prepared));
  await step(run, 'start', () => start(run, vm));
  const restarted = await step(run, 'restart', () => restart(run, vm, renewed));
  const { changes, warnings } = run.report;
  return Object.freeze({
    prepared, identity, vm, registered: made,
    replaced: Object.freeze([...renewed, ...restarted]), changes: Object.freeze([...changes]), warnings: Object.freeze([...warnings]),
  });
}

/** `--dry-run=server`: the API server says what applying would do. */
export async function tryToApply(run: Run, prepared: PreparedDevice): Promise<void> {
  await step(run, 'create namespace', () => makeNamespace(run, prepared));
  if (prepared.makesNamespace) run.report.changes.push(...prepared.changes.filter(({ kind }) => kind !== 'Namespace'));
  else await step(run, 'apply', () => applyObjects(run, prepared));
  tellOfRegistration(run, prepared);
}
