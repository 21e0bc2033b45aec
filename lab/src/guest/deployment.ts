/** The part of `$edgeAgent`'s desired properties that the simulated agent reads. */
export interface DesiredProperties {
  $version?: number;
  schemaVersion?: string;
  runtime?: unknown;
  systemModules?: Record<string, DesiredModule>;
  modules?: Record<string, DesiredModule>;
}

interface DesiredModule {
  type?: string;
  status?: string;
  version?: string;
  restartPolicy?: string;
  settings?: { image?: string; createOptions?: string };
}

export interface Verdict {
  lastDesiredVersion: number;
  lastDesiredStatus: { code: number; description: string };
  systemModules?: Record<string, unknown>;
  modules?: Record<string, unknown>;
}

/** An image cannot be pulled if its host ends in `.invalid`; no such name exists. */
const unpullable = (image: string | undefined): boolean => /^[^/]*\.invalid(:\d+)?\//.test(image ?? '');

/** What the agent reported before: a module that goes on as it is keeps its report. */
type Before = Pick<Verdict, 'systemModules' | 'modules'>;

/**
 * What the real agent reports for a desired twin: 417 without a deployment, 400 for one that it cannot read,
 * 500 while a module cannot be created, else 200. A module that cannot be created is not reported; one that runs goes on with its former image.
 * https://github.com/Azure/iotedge/blob/main/doc/reported_states_during_deployment.md
 */
export function judge(desired: DesiredProperties, now: string, before: Before = {}): Verdict {
  const version = desired.$version ?? 1;
  const isEmpty = Object.keys(desired).every((key) => key.startsWith('$'));
  const answer = (code: number, description: string): Verdict => ({ lastDesiredVersion: version, lastDesiredStatus: { code, description } });
  if (isEmpty) return answer(417, 'Empty or no deployment received');
  const problem = firstProblem(desired);
  if (problem) return answer(400, problem);
  const reports = {
    systemModules: reportAll({ ...desired.systemModules }, now, before.systemModules),
    modules: reportAll({ ...desired.modules }, now, before.modules),
  };
  const broken = Object.entries({ ...desired.systemModules, ...desired.modules }).find(([, m]) => unpullable(m.settings?.image));
  if (broken) return { ...answer(500, `Error calling prepare update for module ${broken[0]}: Could not pull image ${broken[1].settings?.image ?? ''}`), ...reports };
  return { ...answer(200, ''), ...reports };
}

function firstProblem(desired: DesiredProperties): string | undefined {
  if (!/^1\.[01]/.test(desired.schemaVersion ?? '')) return `The deployment config schema version ${desired.schemaVersion ?? '(none)'} is not supported`;
  for (const name of ['edgeAgent', 'edgeHub']) {
    if (!desired.systemModules?.[name]?.settings?.image) return `The deployment has no image for system module ${name}`;
  }
  const bad = Object.entries(desired.modules ?? {}).find(([, module]) => !module.settings?.image);
  return bad ? `Module ${bad[0]} has no image` : undefined;
}

function reportAll(modules: Record<string, DesiredModule>, now: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(modules).flatMap(([name, module]) => {
    const old = before[name];
    if (unpullable(module.settings?.image)) return old === undefined ? [] : [[name, old]];
    const report = reportOne(module, now);
    // It was not started again.
    return [[name, withoutTimes(old) === withoutTimes(report) ? old : report]];
  }));
}

function withoutTimes(report: unknown): string {
  const { lastStartTimeUtc: _start, lastExitTimeUtc: _exit, ...rest } = { ...(report as Record<string, unknown> | undefined) };
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function reportOne(module: DesiredModule, now: string): unknown {
  return {
    type: module.type ?? 'docker',
    status: module.status ?? 'running',
    ...(module.restartPolicy === undefined ? {} : { restartPolicy: module.restartPolicy }),
    ...(module.version === undefined ? {} : { version: module.version }),
    settings: { image: module.settings?.image ?? '' },
    ...stateOf(module, now),
  };
}

/** The image of a module whose process ends at once: `any.host/exit-3:1` with code 3. */
const exitCodeOf = (image: string | undefined): number | undefined => {
  const code = /(?:^|\/)exit-(\d{1,3})(?:[:@]|$)/.exec(image ?? '')?.[1];
  return code === undefined ? undefined : Number(code);
};

/** `statusDescription` is the container engine's word for the state. */
function stateOf(module: DesiredModule, now: string): Record<string, unknown> {
  const exitCode = exitCodeOf(module.settings?.image);
  if (module.status === 'stopped') return { runtimeStatus: 'stopped', exitCode: 0, restartCount: 0, lastStartTimeUtc: now };
  if (exitCode === undefined) return { runtimeStatus: 'running', exitCode: 0, restartCount: 0, lastStartTimeUtc: now };
  const again = restarts(module.restartPolicy, exitCode);
  return {
    runtimeStatus: again ? 'backoff' : exitCode === 0 ? 'stopped' : 'failed',
    exitCode,
    // Between two starts; the real agent gives up after the twentieth.
    restartCount: again ? 3 : 0,
    statusDescription: 'exited',
    lastStartTimeUtc: now,
    lastExitTimeUtc: now,
  };
}

/** As RestartPolicyManager of the real agent decides. */
function restarts(policy: string | undefined, exitCode: number): boolean {
  if (policy === 'never') return false;
  return policy === 'on-failure' || policy === 'on-unhealthy' ? exitCode !== 0 : true;
}
