import type { EdgeAgentTwin, ModuleReport } from '../../hub/types.js';
import { record, textAt } from '../../support/plain.js';
import { words } from '../reading.js';
import { no, unknown, yes, type StageRule } from '../verdict.js';
import { connected, isFresh } from './connected.js';

/** The hub's deployment runs: its version is applied, and each module is in the wanted state. */
export const deployed: StageRule = (o, options) => {
  const below = connected(o, options);
  if (below.status !== 'True') return { status: below.status, reason: 'NotConnected', message: below.message };
  const twin = o.hub.twin?.value;
  if (twin === undefined) return unknown('NoTwin', 'without the hub’s twin, edge-vm knows nothing of the deployment');
  // After a restart, the agent answers `ping` before it reports: the twin is still from the instance before.
  if (!isFresh(o, twin.reported.$metadata?.$lastUpdated)) return no('Stale', 'the edge agent has not reported since this instance runs');
  const { code, description } = twin.reported.lastDesiredStatus ?? {};
  if (code === 417) return no('NoDeployment', 'no deployment is set for the device in the hub (417)');
  if (twin.reported.lastDesiredVersion !== twin.desired.$version) return no('Outdated', 'the edge agent has not taken up the newest deployment yet');
  if (code !== 200) return no(code === 500 ? 'Applying' : 'Refused', `the edge agent reports ${code ?? 'no code'}: ${words(description) || 'no description'}`);
  const open = modulesOf(twin).find((module) => module.is !== module.wanted);
  return open === undefined ? yes('Deployed', 'all modules are as the deployment wants them') : no('ModuleNotReady', `module ${open.name} is ${open.is}, not ${open.wanted}`);
};

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
