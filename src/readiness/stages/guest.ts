import { at, textAt } from '../../support/plain.js';
import { conditionOf } from '../../cluster/virtual-machine.js';
import { doubtOf } from '../node.js';
import { consoleNotRead, instanceNotRead } from '../not-read.js';
import { currentVmi, guestRecord, isRunning } from '../reading.js';
import type { Observations } from '../observations.js';
import { GUEST_STEPS, type GuestStep, type StageRecord } from '../records/record.js';
import { no, unknown, yes, type StageRule, type Verdict } from '../verdict.js';

/** The guest's own system is up: it wrote a record, or its agent answers. */
export const booted: StageRule = (o) => {
  const down = notUp(o);
  if (down !== undefined) return down;
  if (guestRecord(o) !== undefined) return yes('Reported', 'the guest reports');
  if (conditionOf(currentVmi(o), 'AgentConnected')?.status === 'True') return yes('AgentConnected', 'the guest agent answers');
  return silent(o, 'the guest boots');
};

export const engine: StageRule = (o) => step(o, 'engine', 'the container engine', (record) => record.versions?.engine);
export const runtime: StageRule = (o) => step(o, 'runtime', 'aziot-edge', (record) => record.versions?.edge);

/** `iotedge config apply` succeeded; or KubeVirt's readiness probe, which checks the same, succeeds. */
export const configured: StageRule = (o) => {
  const verdict = step(o, 'config', 'the configuration', () => undefined);
  if (verdict.status === 'True' || notUp(o) !== undefined || !probeProves(o)) return verdict;
  return yes('ProbeSucceeded', 'the readiness probe in the guest succeeds');
};

function step(o: Observations, name: GuestStep, what: string, version: (record: StageRecord) => string | undefined): Verdict {
  const down = notUp(o);
  if (down !== undefined) return down;
  const record = guestRecord(o);
  if (record === undefined) return silent(o, `no report of ${what}`);
  if (record.done[name] !== undefined) {
    const ill = partThatFails(name, record);
    if (ill !== undefined) return no('Down', `guest: ${ill} does not answer`);
    const found = version(record);
    return yes('Done', `${what} is ready${found === undefined ? '' : `, ${found}`}`);
  }
  return no(reasonOf(record), progress(record));
}

/** The part that a step needs but that does not run, from the guest's report after its set-up: that a step was done is no evidence of now. */
function partThatFails(name: GuestStep, { health }: StageRecord): string | undefined {
  const fails = (part: 'engine' | 'edged'): boolean => health?.[part] === 'down' || health?.[part] === 'absent';
  // A stage implies those below it, so while the engine is down, none of the guest's stages is reached.
  if (fails('engine')) return 'the container engine';
  return name === 'config' && fails('edged') ? 'aziot-edged' : undefined;
}

/** The instance does not run, or its state is in doubt: the guest's earlier reports do not count. */
function notUp(o: Observations): Verdict | undefined {
  return isRunning(o) ? doubtOf(o)?.verdict : instanceNotRead(o) ?? no('NotRunning', 'the instance does not run');
}

/** The guest's present step, for people: `engine, attempt 2: apt-unreachable: …`. */
export function progress(record: StageRecord): string {
  const attempt = record.attempt > 1 ? `, attempt ${record.attempt}` : '';
  const why = [record.code, record.message].filter((part) => part !== undefined).join(': ');
  return `guest: ${stepOf(record)}${attempt}${why === '' ? '' : `: ${why}`}`;
}

/** The guest's present step. A record that says that a step is done comes just before the next step begins. */
function stepOf({ stage, state, done }: StageRecord): string {
  const next = state === 'ok' || done[stage as GuestStep] !== undefined ? GUEST_STEPS.find((step) => done[step] === undefined) : undefined;
  return next ?? stage;
}

function reasonOf(record: StageRecord): Verdict['reason'] {
  return record.state === 'failed' ? 'Failed' : record.state === 'retrying' ? 'Retrying' : 'InProgress';
}

/** No record: it is too early, or the console has no log and will never report. */
function silent(o: Observations, message: string): Verdict {
  if (o.shallow === true) return unknown('NotRead', `${message}; the console was not read`);
  if (consoleNotRead(o)) return unknown('NotRead', `${message}; the console was not read yet`);
  if (o.refusal !== undefined) return no('UserDataRefused', `cloud-init: ${o.refusal.text}`);
  return logsConsole(o) ? no('NoReport', `${message}; no report on the console yet`) : unknown('NoConsoleLog', `${message}; the console is not logged`);
}

/** `logSerialConsole` of the VM; if absent, the cluster's default, which is on. */
function logsConsole(o: Observations): boolean {
  return at(o.vm?.spec, 'template', 'spec', 'domain', 'devices', 'logSerialConsole') !== false;
}

/** Ready says something about the guest only with an exec probe. */
function probeProves(o: Observations): boolean {
  const command = at(currentVmi(o)?.spec, 'readinessProbe', 'exec', 'command') ?? at(o.vm?.spec, 'template', 'spec', 'readinessProbe', 'exec', 'command');
  const probe = textAt(command, 0) ?? '';
  return probe.endsWith('/edge-vm-probe') && conditionOf(currentVmi(o), 'Ready')?.status === 'True';
}
