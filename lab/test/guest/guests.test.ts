import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds, type Cluster, type KubeObject, type ResourceType, type WatchEvent } from 'edge-vm';
import { startGuests } from '../../src/guest/index.js';
import { ConsoleStore } from '../../src/node/console-store.js';

describe('simulated guests', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-guests-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('print on their launcher pod; the log is removed with the VMI, and its followers are notified', async () => {
    const stop = new AbortController();
    const consoles = new ConsoleStore();
    const vmi: KubeObject = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'a', namespace: 'default', uid: 'u' }, spec: {}, status: { phase: 'Running' } };
    const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'virt-launcher-a', namespace: 'default' }, status: { phase: 'Running' } };
    const has = (text: string): boolean => consoles.lines('default', 'virt-launcher-a').some((line) => line.text.includes(text));
    const until = async (done: () => boolean): Promise<void> => {
      while (!done()) await delay(5);
    };
    let lines: number | undefined;
    async function* watch(type: ResourceType): AsyncGenerator<WatchEvent> {
      if (type === kinds.VirtualMachineInstance) {
        yield { type: 'added', object: vmi };
        // It goes once the test has read what it printed.
        await until(() => lines !== undefined);
        yield { type: 'deleted', object: vmi };
      }
      await delay(60_000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    const cluster = { watch, get: async () => undefined, list: async () => [pod] } as unknown as Cluster;
    let told = 0;
    consoles.subscribe('default', 'virt-launcher-a', () => (told += 1));
    const running = startGuests({
      cluster, handler: cluster, consoles, stateDir: folder, stepMs: 1, signal: stop.signal, log: () => undefined,
      hub: { hostname: 'lab-hub.edge-vm.test', https: { host: '127.0.0.1', port: 1 }, mqtt: { host: '127.0.0.1', port: 1 }, ca: '' },
    });
    await until(() => has('no user-data found'));
    lines = consoles.lines('default', 'virt-launcher-a').length;
    await until(() => !has('no user-data found'));
    assert.deepEqual(consoles.lines('default', 'virt-launcher-a'), []);
    assert.equal(told, lines + 1);
    stop.abort();
    await running;
  });
});
