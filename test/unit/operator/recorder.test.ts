import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { createRecorder } from '../../../src/operator/recorder.js';
import { scenario } from '../../helpers/scenario.js';

const minute = 60_000;
const device = (name: string): KubeObject => ({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name, namespace: 'edge', uid: `uid-${name}` } });

describe('the Events of the operator', () => {
  it('repeats a warning that comes and goes with longer and longer pauses, in the log too', async () => {
    const { clock, cluster } = scenario({ kubevirt: false });
    const lines: number[] = [];
    const started = clock.now();
    const say = (): void => void lines.push((clock.now() - started) / minute);
    const recorder = createRecorder(cluster, { log: { info: say, warn: say, error: say }, clock, signal: new AbortController().signal, instance: 'one' });
    for (let tries = 0; tries < 6 * 60; tries += 1) {
      recorder.record(device('gw-01'), { type: 'Warning', reason: 'ImportFailed', message: 'disk gw-01-root: manifest unknown' });
      await recorder.flush();
      await clock.advance(10_000);
    }
    assert.deepEqual(lines, [0, 5, 15, 35]);
    assert.deepEqual(cluster.store.all().filter(({ kind }) => kind === 'Event').map((event) => event['count']), [4]);
  });

  it('tells another warning, one of another device, and what is no warning, each time', async () => {
    const { clock, cluster } = scenario({ kubevirt: false });
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    const recorder = createRecorder(cluster, { log: { info: say, warn: say, error: say }, clock, signal: new AbortController().signal, instance: 'one' });
    const warning = { type: 'Warning', reason: 'ImportFailed', message: 'a' } as const;
    recorder.record(device('gw-01'), warning);
    recorder.record(device('gw-01'), { ...warning, message: 'b' });
    recorder.record(device('gw-02'), warning);
    for (let times = 0; times < 2; times += 1) recorder.record(device('gw-01'), { type: 'Normal', reason: 'Restored', message: 'c' });
    await recorder.flush();
    assert.deepEqual(lines, ['a', 'b', 'a', 'c', 'c']);
  });
});
