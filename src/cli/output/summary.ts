import type { DeviceResult } from '../../readiness/types.js';
import { printCause } from '../run/errors.js';
import type { Session } from '../run/session.js';
import { refusalText } from './device.js';
import { formatSeconds } from './format.js';
import { pendingCommand } from './pending.js';
import { cut } from './table.js';

const evidence: Readonly<Record<'twin' | 'ping' | 'guest', string>> = {
  twin: 'its twin in the hub shows it',
  ping: 'the agent answers a ping through the hub',
  guest: 'only the guest reports it; the hub was not asked (no credential), or gave no answer',
};

/** The last lines of `create` and `wait`: the result, its evidence, and what to do next. */
export function printSummary(result: DeviceResult, session: Session, seconds: number): void {
  const { note, style } = session.printer;
  if (result.cause !== undefined) {
    note('');
    // The time was too short to read it.
    const isUnread = result.cause.code === 'timed-out' && result.conditions.some(({ type, reason }) => type === 'Ready' && reason === 'NotRead');
    const reached = result.stage === null ? (isUnread ? 'no stage was seen' : 'it reached no stage') : `${isUnread ? 'the last stage seen is' : 'it reached'} ${result.stage}`;
    note(`${style.bold(result.name)} ${isUnread ? 'may be' : 'is not'} ready: ${reached} in ${formatSeconds(seconds)}`);
    printCause(result.cause, session, { owner: result.owner });
    note('');
    note(`For details: ${commandFor('status', result, session)}`);
    return;
  }
  note('');
  note(`${style.bold(result.name)} ${result.ready ? `is ${style.green('ready')}` : 'is applied'}${result.stage === null || !result.ready ? '' : ` (${result.stage})`} after ${formatSeconds(seconds)}`);
  for (const [name, text] of facts(result)) note(`  ${style.dim(name.padEnd(9))} ${text}`);
  for (const line of fieldLines(result)) note(`  ${''.padEnd(9)} ${line}`);
  const refusal = refusalText(result);
  if (refusal !== undefined) note(`  ${style.yellow('warning:')} ${refusal}`);
  // The script tells the next steps itself: edge-vm is not in the PATH yet.
  if (session.io.env['EDGE_VM_LAB_SETUP'] === 'true') return;
  note('');
  note('Next:');
  note(`  ${commandFor(result.ready ? 'status' : 'wait', result, session)}`);
  const pending = pendingCommand(result, session);
  if (pending !== undefined) note(`  ${pending.command}   # ${pending.why}`);
}

function facts(result: DeviceResult): [name: string, text: string][] {
  const { device, vm, edge, owner } = result;
  const lines: [string, string | undefined][] = [
    ['device', device.id === null ? undefined : `${device.id}${device.hub === null ? '' : ` of ${device.hub}`}`],
    ['machine', vm.phase === null ? undefined : `${vm.phase}${vm.node === null ? '' : ` on ${vm.node}`}${vm.ip === null ? '' : `, ${vm.ip}`}`],
    ['agent', edge.code === null ? undefined : agentText(edge)],
    ['kept by', owner === undefined ? undefined : `${owner.kind} ${owner.name}`],
    ['evidence', edge.evidence === null ? undefined : evidence[edge.evidence]],
    ['changes', changesText(result)],
  ];
  return lines.filter((line): line is [string, string] => line[1] !== undefined);
}

function agentText(edge: DeviceResult['edge']): string {
  if (edge.code === 417) return '417, connected; no deployment yet, which is right for a new device';
  return `${edge.code}${edge.description === null || edge.description === '' ? '' : `, ${edge.description}`}`;
}

/** The change of each object, in one line; empty if nothing is known. */
function changesText({ changes }: DeviceResult): string | undefined {
  if (changes.length === 0) return undefined;
  if (changes.every((change) => change.outcome === 'unchanged')) return 'nothing; all objects were already right';
  return changes.map((change) => `${change.kind} ${change.name} ${isOnlyRestarted(change) ? change.detail! : change.outcome}`).join(', ');
}

/** Only the machine was restarted: its object is as before. */
function isOnlyRestarted({ detail, fields = [] }: DeviceResult['changes'][number]): boolean {
  return detail === 'restarted' && fields.length === 0;
}

const mostFields = 5;

/** The changes of the objects, field by field: a few lines, and the number of further ones. */
function fieldLines({ changes }: DeviceResult): string[] {
  const lines = changes.filter((change) => !isOnlyRestarted(change)).flatMap(({ kind, fields = [], detail }) => [
    ...(detail === undefined ? [] : [`${kind}: ${detail}`]),
    ...fields.map(({ path, from, to }) => `${path}: ${valueText(from)} → ${valueText(to)}`),
  ]);
  return lines.length <= mostFields ? lines : [...lines.slice(0, mostFields), `and ${lines.length - mostFields} more`];
}

/** A value of a field in a line. */
export function valueText(value: unknown): string {
  if (value === null) return 'none';
  return cut(typeof value === 'string' ? value : JSON.stringify(value), 60);
}

function commandFor(verb: string, result: DeviceResult, session: Session): string {
  return `${session.io.programName} ${verb} ${result.name} -n ${result.namespace}`;
}

/** The changes that a dry run found. */
export function printDryRun(result: DeviceResult, session: Session, where: 'client' | 'server'): void {
  for (const change of result.changes) session.printer.note(`${change.kind} ${change.name} ${change.outcome} (${where} dry run)`);
  for (const line of fieldLines(result)) session.printer.note(`  ${line}`);
  if (result.cause !== undefined) printCause(result.cause, session, { owner: result.owner });
}
