import type { EdgeAgentTwin } from '../../hub/types.js';
import { isPull, pullFailsAt, pullInWords } from '../pull.js';
import { words } from '../reading.js';
import { connected } from '../stages/connected.js';
import { failedStates, modulesOf, refusals } from '../stages/deployed.js';
import { suspect, type EvaluateOptions, type FailureRule, type Suspicion } from '../verdict.js';

/** The edge agent refuses the hub's present deployment, or has failed to apply it for a while. */
export const deployment: FailureRule = (o, options) => {
  const twin = o.hub.twin?.value;
  if (twin === undefined || connected(o, options).status !== 'True') return undefined;
  const { code, description } = twin.reported.lastDesiredStatus ?? {};
  const current = twin.reported.lastDesiredVersion === twin.desired.$version;
  const why = words(description) || 'no description';
  if (current && refusals.has(code)) return suspect('deployment-refused', options.controllerGraceMs, 'deployment-failed', `the edge agent refuses the deployment (${code}): ${why}`, 'Correct the deployment manifest and set it again.');
  if (current && isPull(twin)) return pullFailure(twin, o.now, options);
  if (current && code === 500) return suspect(`deployment-500 ${why}`, options.slowGraceMs, 'deployment-failed', `the edge agent fails to apply the deployment (500): ${why}`, 'Check the images and createOptions of its modules.');
  return undefined;
};

/** A pull that goes on is no symptom yet. */
function pullFailure(twin: EdgeAgentTwin, now: number, { slowGraceMs, controllerGraceMs }: EvaluateOptions): Suspicion | undefined {
  const failsAt = pullFailsAt(twin);
  if (failsAt > now) return undefined;
  // A registry may refuse an image that is only just being pushed.
  return suspect(`deployment-pull ${twin.desired.$version ?? ''}`, Number.isFinite(failsAt) ? controllerGraceMs : slowGraceMs, 'deployment-failed', pullInWords(twin), 'Correct the image or registryCredentials in the deployment manifest, and set it again.');
}

/** A module that fails again and again. */
export const moduleFailed: FailureRule = (o, options) => {
  const twin = o.hub.twin?.value;
  if (twin === undefined || connected(o, options).status !== 'True') return undefined;
  const module = modulesOf(twin).find(({ wanted, is }) => wanted === 'running' && failedStates.has(is));
  if (module === undefined) return undefined;
  const { exitCode, statusDescription } = module.report ?? {};
  // The description of a process that has ended is the engine's `exited`, which says less than its code.
  const ended = typeof exitCode === 'number' && exitCode !== 0;
  const why = ended ? `exit code ${exitCode}` : words(statusDescription) || `exit code ${exitCode ?? 'unknown'}`;
  return suspect(`module-${module.name}`, options.slowGraceMs, 'module-failed', `module ${module.name} is ${module.is}: ${why}`, `Look at its log: iotedge logs ${module.name}`);
};
