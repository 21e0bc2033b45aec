import { words } from '../reading.js';
import { connected } from '../stages/connected.js';
import { modulesOf } from '../stages/deployed.js';
import { suspect, type FailureRule } from '../verdict.js';

const refused: ReadonlySet<number | undefined> = new Set([400, 412]);

/** The edge agent refuses the hub's present deployment, or has failed to apply it for a while. */
export const deployment: FailureRule = (o, options) => {
  const twin = o.hub.twin?.value;
  if (twin === undefined || connected(o, options).status !== 'True') return undefined;
  const { code, description } = twin.reported.lastDesiredStatus ?? {};
  const current = twin.reported.lastDesiredVersion === twin.desired.$version;
  const why = words(description) || 'no description';
  if (current && refused.has(code)) return suspect('deployment-refused', options.controllerGraceMs, 'deployment-failed', `the edge agent refuses the deployment (${code}): ${why}`, 'Correct the deployment manifest and set it again.');
  // It also reports 500 while it pulls images.
  if (current && code === 500 && !/pull/i.test(why)) return suspect(`deployment-500 ${why}`, options.slowGraceMs, 'deployment-failed', `the edge agent fails to apply the deployment (500): ${why}`, 'Check the images and createOptions of its modules.');
  return undefined;
};

const failing: ReadonlySet<string> = new Set(['failed', 'backoff', 'dead', 'unhealthy']);

/** A module that fails again and again. */
export const moduleFailed: FailureRule = (o, options) => {
  const twin = o.hub.twin?.value;
  if (twin === undefined || connected(o, options).status !== 'True') return undefined;
  const module = modulesOf(twin).find(({ wanted, is }) => wanted === 'running' && failing.has(is));
  if (module === undefined) return undefined;
  const { exitCode, statusDescription } = module.report ?? {};
  // The description of a process that has ended is the engine's `exited`, which says less than its code.
  const ended = typeof exitCode === 'number' && exitCode !== 0;
  const why = ended ? `exit code ${exitCode}` : words(statusDescription) || `exit code ${exitCode ?? 'unknown'}`;
  return suspect(`module-${module.name}`, options.slowGraceMs, 'module-failed', `module ${module.name} is ${module.is}: ${why}`, `Look at its log: iotedge logs ${module.name}`);
};
