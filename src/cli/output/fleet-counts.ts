import { keyOf } from '../../cluster/key.js';
import type { FleetEvent } from '../../fleet/index.js';
import { STAGES, type ProvisionEvent } from '../../readiness/types.js';
import { formatSeconds } from './format.js';

type Phase = Extract<FleetEvent, { type: 'phase' }>['phase'];

/** The part of a run that counts each device once, by what it does now. */
export interface Counts {
  take(event: FleetEvent): void;
  /** `120 of 200 ready, 3 failed; running 30, disk 20; 12/min, about 4 min left`. */
  line(now: number): string;
}

const verbs: Readonly<Record<Phase, string>> = { check: 'checked', apply: 'done', delete: 'deleted', wait: 'done' };

/** Counts the events of a run with many devices. */
export function countEvents(): Counts {
  let phase: Phase = 'check';
  let total = 0;
  let begunAt = 0;
  let failedBefore = 0;
  const at = new Map<string, string>();
  const ended = new Map<string, 'good' | 'failed'>();
  return {
    take(event) {
      if (event.type === 'phase') {
        failedBefore = [...ended.values()].filter((one) => one === 'failed').length;
        ({ phase, total, at: begunAt } = event);
        at.clear();
        ended.clear();
      } else if (event.type === 'ended') {
        const { name, namespace, cause } = event.result;
        at.delete(keyOf({ namespace, name }));
        ended.set(keyOf({ namespace, name }), cause === undefined ? 'good' : 'failed');
      } else {
        const key = keyOf(event);
        const now = stateOf(event.event);
        if (now !== undefined && !ended.has(key)) at.set(key, now);
      }
    },
    line(now) {
      const failed = [...ended.values()].filter((one) => one === 'failed').length;
      // While devices are checked, one that passed shows no event of its own.
      const done = phase === 'check' ? [...at.values()].filter((state) => state === CHECKED).length + failed : ended.size - failed;
      const rest = phase === 'check' ? '' : statesOf(at, total - ended.size);
      const allFailed = failed + failedBefore;
      const seconds = (now - begunAt) / 1000;
      const gone = phase === 'check' ? done : ended.size;
      return `${done} of ${total} ${verbs[phase]}${allFailed === 0 ? '' : `, ${allFailed} failed`}${rest}${pace(gone, total, seconds)}`;
    },
  };
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

function statesOf(at: ReadonlyMap<string, string>, open: number): string {
  const counts = new Map<string, number>();
  for (const state of at.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  const toDo = open - at.size;
  const order = [...STAGES].reverse() as string[];
  const parts = [...order, 'changing'].flatMap((state) => (counts.has(state) ? [`${state} ${counts.get(state)}`] : []));
  if (toDo > 0) parts.push(`to do ${toDo}`);
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`;
}

/** Too few devices say nothing about the rest. */
const least = 3;

function pace(done: number, total: number, seconds: number): string {
  if (done < least || seconds < 1 || done >= total) return '';
  const perMinute = (done / seconds) * 60;
  const left = ((total - done) / done) * seconds;
  return `; ${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)}/min, about ${formatSeconds(Math.max(1, Math.round(left)))} left`;
}
