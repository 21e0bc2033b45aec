import { eventRecorder } from '../cluster/events.js';
import type { Cluster } from '../cluster/types.js';
import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { Log, Recorder } from './context.js';
import { repeats } from './repeats.js';

/** Writes Events about resources, and each of them as a line of the log. The same warning again comes with growing pauses. */
export interface OperatorRecorder extends Recorder {
  /** Resolves when all Events are written. */
  flush(): Promise<void>;
}

/** @param instance the replica that reports. */
export function createRecorder(cluster: Cluster, { log, clock, signal, instance }: { log: Log; clock: Clock; signal: AbortSignal; instance: string }): OperatorRecorder {
  const isDue = repeats(() => clock.now());
  const pending = new Set<Promise<boolean>>();
  const write = eventRecorder(cluster, {
    component: 'edge-vm-operator', instance, signal, clock,
    onError: (error) => log.warn('cannot write an Event', { code: EdgeVmError.is(error) ? error.code : 'unexpected' }),
  });
  return {
    record(about, note) {
      const { namespace = '', name, uid = '' } = about.metadata;
      if (note.type === 'Warning' && !isDue([about.kind, namespace, name, uid, note.reason, note.message].join('\n'))) return;
      const facts = { [about.kind === 'EdgeDevice' ? 'device' : 'resource']: `${namespace}/${name}`, reason: note.reason };
      if (note.type === 'Normal') log.info(note.message, facts);
      else log.warn(note.message, facts);
      const done = write(about, note).finally(() => pending.delete(done));
      pending.add(done);
    },
    async flush() {
      await Promise.all(pending);
    },
  };
}
