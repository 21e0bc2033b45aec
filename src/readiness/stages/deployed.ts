import type { EdgeAgentTwin, ModuleReport } from '../../hub/types.js';
import { record, textAt } from '../../support/plain.js';
import { isPull, pullFailsAt, pullInWords } from '../pull.js';
import { words } from '../reading.js';
import { no, unknown, yes, type StageRule, type Verdict } from '../verdict.js';
import { connected, isFresh } from './connected.js';

/** The hub's deployment runs: its version is applied, and each module is in the wanted state. */
export const deployed: StageRule = (o, options) => {
  const below = connected(o, options);
  if (below.status !== 'True') return { status: below.status, reason: 'NotConnected', message: below.message };
  const twin = o.hub.twin?.value;
  if (twin === undefined) return unknown('NoTwin', 'without the hub’s twin, edge-vm knows nothing of the deployment');
  // After a restart, the agent answers `ping` before it reports: the twin is still from the instance before.
  if (!isFresh(o, twin.reported.$metadata?.$lastUpdated)) return no('Stale', 'the edge agent has not reported since this instance runs');
  const { code } = twin.reported.lastDesiredStatus ?? {};
  if (code === 417) return no('NoDeployment', 'no deployment is set for the device in the hub (417)');
  if (twin.reported.lastDesiredVersion !== twin.desired.$version) return no('Outdated', 'the edge agent has not taken up the newest deployment yet');
  if (code !== 200) return notApplied(twin, o.now);
  const open = modulesOf(twin).find((module) => module.is !== module.wanted);
  return open === undefined ? yes('Deployed', 'all modules are as the deployment wants them') : no('ModuleNotReady', `module ${open.name} is ${open.is}, not ${open.wanted}`);
};

/** Codes by which the edge agent refuses a deployment: it is invalid, or of another schema. */
export const refusals: ReadonlySet<number | undefined> = new Set([400, 412]);

/** States of a module that should run, and does not by itself. */
export const failedStates: ReadonlySet<string> = new Set(['failed', 'backoff', 'dead', 'unhealthy']);

function notApplied(twin: EdgeAgentTwin, now: number): Verdict {
  const { code, description } = twin.reported.lastDesiredStatus ?? {};
  const said = words(description) || 'no description';
  if (refusals.has(code)) return no('Refused', `the edge agent refuses the deployment (${code}): ${said}`);
  if (isPull(twin) && pullFailsAt(twin) <= now) return no('ImagePullFailed', pullInWords(twin));
  if (code === 500 && !isPull(twin)) return no('ApplyFailed', `the edge agent fails to apply the deployment (500): ${said}`);
  return no('Applying', `the edge agent reports ${code ?? 'no code'}: ${said}`);
}

export interface ModuleState {
  name: string;
  wanted: string;
  is: string;
  report: ModuleReport | undefined;
}

/** Wanted and reported state of each module that the deployment names. */
export function modulesOf(twin: EdgeAgentTwin): ModuleState[] {
  return (['systemModules', 'modules'] as const).flatMap((group) => {
    const wanted = record(twin.desired[group]) ?? {};
    return Object.keys(wanted).map((name) => {
      const report = twin.reported[group]?.[name];
      // A system module's desired entry has no status: it must run.
      return { name: words(name, 60), wanted: textAt(wanted, name, 'status') ?? 'running', is: words(report?.runtimeStatus, 40) || 'unknown', report };
    });
  });
}
