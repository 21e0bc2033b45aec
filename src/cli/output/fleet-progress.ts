import type { FleetEvent } from '../../fleet/index.js';
import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import type { HubTrouble } from '../../hub/types.js';
import { countEvents } from './fleet-counts.js';
import { namesText, withoutName } from './names.js';
import { formatSeconds } from './format.js';
import type { LiveLine } from './progress.js';
import { warningOf } from './progress-lines.js';
import { hanging } from './wrap.js';

/** Shows the events of a run with many devices, on stderr. */
export interface FleetProgress {
  onEvent(event: FleetEvent): void;
  /** Removes the live line; call it before anything else is printed. */
  stop(): void;
}

/** For commands that only compare: their output has the differences. */
export const noFleetProgress: FleetProgress = { onEvent: () => undefined, stop: () => undefined };

/** Without a live line: the time between two lines of numbers. */
const everyMs = 10_000;

/** The spinner, and the time that the live line adds. */
const aside = 15;
const inShort: Readonly<Record<HubTrouble['code'], string>> = { 'hub-throttled': 'the hub throttles', 'hub-unreachable': 'the hub does not answer', limit: 'waits for the limits of the hub' };

/** On a terminal one live line with the numbers, failures above it; elsewhere a line for each device that ends, and the numbers now and then. */
export async function makeFleetProgress(session: Session, trouble: () => HubTrouble | undefined): Promise<FleetProgress> {
  const line = session.printer.live ? (await import('./live-line.js')).makeLiveLine(session) : undefined;
  session.line = line;
  return fleetProgress(session, line, every, trouble);
}

/** The same with an injected line and timer. */
export function fleetProgress(session: Session, line: LiveLine | undefined, repeat: (ms: number, call: () => void) => () => void, trouble: () => HubTrouble | undefined = () => undefined): FleetProgress {
  const { printer: { note }, io } = session;
  const counts = countEvents();
  const say = (text: string): void => (line === undefined ? note(text) : line.above(text));
  const warnings = new Map<string, Said>();
  const told = new Set<string>();
  let phase: Extract<FleetEvent, { type: 'phase' }>['phase'] | undefined;
  const tell = (): void => {
    const now = trouble();
    if (line === undefined) note(`  ${counts.line(io.now())}${now === undefined ? '' : `; ${now.message}`}`);
    else {
      const words = now === undefined ? '' : `; ${inShort[now.code]}`;
      line.show(`${counts.line(io.now(), ((io.stderr.columns ?? 0) || 80) - aside - words.length)}${words}`);
    }
  };
  let stopTimer: (() => void) | undefined;
  return {
    onEvent(event) {
      counts.take(event);
      stopTimer ??= repeat(line === undefined ? everyMs : 1000, tell);
      if (event.type === 'phase') ({ phase } = event);
      if (event.type === 'ended') {
        // What stops devices before anything of them changes is said once; the summary has their number and names.
        const { name, cause, changes, stage } = event.result;
        const key = `${cause?.code} ${cause?.message.replaceAll(name, 'NAME')}`;
        const isRefused = phase !== 'wait' && stage === null && changes.every(({ outcome }) => outcome === 'unchanged');
        if (cause !== undefined && isRefused && told.has(key)) {
          if (line !== undefined) tell();
          return;
        }
        told.add(key);
        const text = endLine(event.result, session, line === undefined, phase === 'delete');
        if (text !== undefined) say(text);
      } else if (event.type === 'device' && event.event.type === 'warning') warnOnce(event.name, event.event, warnings, session, say);
      if (line !== undefined) tell();
    },
    stop() {
      stopTimer?.();
      stopTimer = undefined;
      line?.stop();
      for (const { text, names: [first = '', ...others] } of warnings.values()) {
        if (others.length > 0) note(`${session.printer.style.yellow('warning:')} the same for ${others.length} more device${others.length === 1 ? '' : 's'} (${namesText(others)}) as for ${first}: ${text}`);
      }
      warnings.clear();
    },
  };
}

/** On a terminal only failures: the numbers show the others. Who ended the run knows it: the numbers and the summary have those devices. */
function endLine({ name, stage, cause, seconds, changes, unread }: DeviceResult, { printer: { style }, io }: Session, all: boolean, deletes: boolean): string | undefined {
  const width = io.stderr.isTTY === true ? (io.stderr.columns ?? 0) || 80 : Number.POSITIVE_INFINITY;
  if (cause?.code === 'interrupted') return undefined;
  if (cause !== undefined) return `${unread === true ? style.yellow('?') : style.red('✖')} ${hanging(`${name}  ${unread === true ? 'not read' : cause.code}: ${withoutName(cause.message, name)}`, 2, width)}`;
  if (!all) return undefined;
  if (deletes && changes.length === 0) return `- ${name}  nothing to delete`;
  const time = stage === null ? undefined : seconds[stage];
  return `${style.green('✔')} ${name}${stage === null ? '' : `  ${stage}`}${time === undefined ? '' : `  ${formatSeconds(time)}`}`;
}

/** A warning as it was said of the first device, and all devices that have it. */
interface Said {
  text: string;
  names: string[];
}

/** Hundreds of devices have the same warning: the first one is shown, the others are counted. */
function warnOnce(name: string, event: Parameters<typeof warningOf>[0], warnings: Map<string, Said>, { printer: { style }, io }: Session, say: (text: string) => void): void {
  const text = warningOf(event, io.programName);
  const key = text.replaceAll(name, 'NAME');
  const said = warnings.get(key);
  if (said !== undefined) {
    if (!said.names.includes(name)) said.names.push(name);
    return;
  }
  const short = withoutName(text, name);
  warnings.set(key, { text: short, names: [name] });
  say(`${style.yellow('warning:')} ${name}: ${short}`);
}

/** Does not keep the process alive. */
function every(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms);
  timer.unref();
  return () => clearInterval(timer);
}
