import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { theLab } from '../../integration/harness/lab.js';
import { hostState, HOST_STATE_VARIABLE, type HostState } from './host-state.js';
import { until } from './until.js';

/** The state of the machine now, and before the lab. */
export interface Compared {
  now: HostState;
  earlier: HostState;
}

/** The state that must be the same. Of processes and namespaces, only new ones count, because those of others come and go. */
export async function compared(): Promise<Compared> {
  const [now, earlier] = [await hostState(), JSON.parse(process.env[HOST_STATE_VARIABLE] ?? '{}') as HostState];
  const fresh = (key: 'labs' | 'namespaces'): string[] => now[key].filter((one) => !earlier[key].includes(one));
  return { now: { ...now, labs: fresh('labs'), namespaces: fresh('namespaces') }, earlier: { ...earlier, labs: [], namespaces: [] } };
}

/** The machine is as before the lab, at the latest when the kernel has removed the last namespaces. */
export async function assertGivenBack(): Promise<void> {
  const same = async (): Promise<boolean> => {
    const { now, earlier } = await compared();
    return isDeepStrictEqual(now, earlier);
  };
  await until('the machine to be as it was', 20, same).catch(() => undefined);
  const { now, earlier } = await compared();
  assert.deepEqual(now, earlier);
}

/** Takes the lab of all tests down. Only the last tests may do this. */
export async function takeLabDown(): Promise<void> {
  const { name, stateDir } = theLab();
  await execa(process.execPath, [EDGE_VM, 'lab', 'down', '--name', name], { env: { EDGE_VM_STATE_DIR: stateDir } });
}
