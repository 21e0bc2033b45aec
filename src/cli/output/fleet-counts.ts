import { keyOf } from '../../cluster/key.js';
import type { FleetEvent } from '../../fleet/index.js';
import { endOf, type End } from '../../fleet/outcome.js';
import { STAGES, type ProvisionEvent } from '../../readiness/types.js';
import { startPace } from './fleet-pace.js';

type Phase = Extract<FleetEvent, { type: 'phase' }>['phase'];

/** The part of a run that counts each device once, by what it does now. */
export interface Counts {
  take(event: FleetEvent): void;
  /**
   * `120 of 200 done, 3 failed; running 30, disk 20, to do 27; 12/min, about 4 min left`. The numbers of a line add up to all
   * devices of the run.
   *
   * @param room characters of the line; what does not fit is left out, the rate first.
   */
  line(now: number, room?: number): string;
}

const verbs: Readonly<Record<Phase, string>> = { check: 'checked', apply: 'done', delete: 'deleted', wait: 'done' };

/** Counts the events of a run with many devices: each device has ended, is at something, or is to do. */
export function countEvents(): Counts {
  let phase: Phase = 'check';
  let verb = verbs[phase];
  let total = 0;
  let pace = startPace(0);
  const at = new Map<string, string>();
  /** Devices that have passed the checks, and have not ended. */
  const passed = new Set<string>();
  const ended = new Map<string, End>();
  const count = (end: End): number => [...ended.values()].filter((one) => one === end).length;
  return {
    take(event) {
      if (event.type === 'phase') {
        ({ phase } = event);
        verb = event.dryRun === true ? verbs.check : verbs[phase];
        if (phase === 'check') ended.clear();
        // A new device may be applied before all others are checked: it stays where it is.
        for (const [key, state] of at) if (phase !== 'apply' || !passed.has(key) || state === CHECKED) at.delete(key);
        passed.clear();
        // A device that has ended before does not go through this part, but it stays a device of the run.
        total = Math.max(total * Number(phase !== 'check'), ended.size + event.total);
        pace = startPace(event.at);
      } else if (event.type === 'ended') {
        const { cause } = event.result;
        const key = keyOf(event.result);
        at.delete(key);
        passed.delete(key);
        ended.set(key, endOf(event.result));
        if (cause?.code !== 'interrupted') pace.end(key, event.at);
      } else {
        const key = keyOf(event);
        const now = stateOf(event.event);
        if (now === undefined || ended.has(key)) return;
        if (now === CHECKED && at.get(key) !== CHECKED) pace.end(key, event.event.at);
        if (now === CHECKED) passed.add(key);
        at.set(key, now);
      }
    },
    line(now, room = Number.POSITIVE_INFINITY) {
      // A check changes nothing: until it has ended, the device is to do.
      const checked = phase === 'check' ? passed.size : 0;
      const done = checked + count('good');
      const others = ([['failed', 'failed'], ['unread', 'not read'], ['interrupted', 'interrupted']] as const).filter(([end]) => count(end) > 0);
      const head = [`${done} of ${total} ${verb}`, ...others.map(([end, word]) => `${count(end)} ${word}`)].join(', ');
      const open = total - ended.size - checked;
      return fitting(head, statesOf(phase === 'check' ? new Map([...passed].map((key) => [key, CHECKED])) : at, total - ended.size, phase), pace.texts(open, now), room);
    },
  };
}

/** The longest form of the line that has room. */
function fitting(head: string, states: readonly string[], paces: readonly string[], room: number): string {
  const body = states.length === 0 ? head : `${head}; ${states.join(', ')}`;
  const whole = [...paces.map((pace) => `${body}; ${pace}`), body];
  const fewer = states.map((_, index) => [head, [...states.slice(0, states.length - 1 - index), '…'].join(', ')].join('; '));
  return [...whole, ...fewer, head].find((text) => text.length <= room) ?? head;
}

const CHECKED = 'checked';
/** The last step of the checks. */
const lastCheck = 'try the manifests';

/** What a device does now, in a word; `undefined` if the event does not say. */
function stateOf(event: ProvisionEvent): string | undefined {
  if (event.type === 'stage') return event.stage;
  if (event.type === 'lost') return 'applied';
  if (event.type !== 'step') return undefined;
  if (event.step === lastCheck && event.state !== 'start') return CHECKED;
  return event.state === 'start' ? 'changing' : undefined;
}

/** The devices that have not ended, by what they do; highest stage first. */
function statesOf(at: ReadonlyMap<string, string>, open: number, phase: Phase): string[] {
  const counts = new Map<string, number>();
  // Not only the checks have this step: a dry run has it too.
  for (const state of at.values()) {
    const word = phase !== 'check' && state === CHECKED ? 'changing' : state;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const toDo = open - [...counts.values()].reduce((sum, one) => sum + one, 0);
  const order = [...STAGES].reverse() as string[];
  const parts = [...order, 'changing'].flatMap((state) => (counts.has(state) ? [`${state} ${counts.get(state)}`] : []));
  return toDo > 0 ? [...parts, `to do ${toDo}`] : parts;
}
