import type { EdgeAgentTwin } from '../hub/types.js';
import { words } from '../readiness/reading.js';
import type { DeviceResult } from '../readiness/types.js';
import type { Mapping } from '../support/plain.js';
import { agentCode } from './agent-code.js';
import type { EdgeDeviceStatus, EdgeStatus, ModuleStatus } from './types.js';
import { inOneLine } from './words.js';

/** The part of a status that comes from what was observed; conditions, registration and generation are the reconciler's. */
export function observedStatus(result: DeviceResult, twin: EdgeAgentTwin | undefined, runtime: string | undefined): EdgeDeviceStatus {
  const { stage, device, vm, cause, retrying, pending } = result;
  const edge = edgeStatus(result, twin);
  return present({
    stage: stage ?? undefined,
    summary: present({ code: edge?.code === undefined ? undefined : agentCode(edge.code), modules: modulesInShort(edge?.modules) }),
    device: present({ hub: device.hub ?? undefined, id: device.id ?? undefined }),
    vm: present({ phase: vm.phase ?? undefined, status: vm.status ?? undefined, node: vm.node ?? undefined, ip: vm.ip ?? undefined }),
    edge,
    versions: present({ runtime, agent: edge?.agentVersion }),
    cause: cause === undefined ? undefined : present({ code: cause.code, message: inOneLine(cause.message), hint: cause.hint }),
    retrying: retrying === undefined ? undefined : present({ ...retrying }), pending,
  }) ?? {};
}

function edgeStatus({ edge }: DeviceResult, twin: EdgeAgentTwin | undefined): EdgeStatus | undefined {
  const modules = moduleStatuses(twin);
  return present({
    code: edge.code ?? undefined, description: edge.description ?? undefined, runtimeStatus: edge.runtimeStatus ?? undefined,
    connectionState: edge.connectionState ?? undefined, evidence: edge.evidence ?? undefined,
    agentVersion: words(twin?.reported.version?.version, 40) || undefined,
    desiredVersion: twin?.desired.$version, reportedVersion: twin?.reported.lastDesiredVersion,
    modules: modules.length === 0 ? undefined : modules,
  });
}

/** The modules that the edge agent reports, its own and those of the deployment, in the order of its report. */
export function moduleStatuses(twin: EdgeAgentTwin | undefined): ModuleStatus[] {
  return Object.entries({ ...twin?.reported.systemModules, ...twin?.reported.modules }).map(([name, report]) => present({
    name: words(name, 60), status: words(report.runtimeStatus, 40) || undefined, restarts: report.restartCount, exitCode: report.exitCode,
    image: words(report.settings?.image, 200) || undefined,
  }) as ModuleStatus);
}

/** `2/3`: those that run, of all. */
function modulesInShort(modules: readonly ModuleStatus[] | undefined): string | undefined {
  return modules === undefined ? undefined : `${modules.filter(({ status }) => status === 'running').length}/${modules.length}`;
}

/** Without fields that are absent, and nothing instead of an empty mapping: an API server keeps neither. */
function present<T extends object>(value: T): T | undefined {
  const entries = Object.entries(value as Mapping).filter(([, one]) => one !== undefined && one !== null);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
}
