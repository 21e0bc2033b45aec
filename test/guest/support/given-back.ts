import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { theLab } from '../../integration/harness/lab.js';
import { hostState, HOST_STATE_VARIABLE, type HostState } from './host-state.js';
import { until } from './until.js';

/** The machine now, and as it was before the lab came. */
export interface Compared {
  now: HostState;
  earlier: HostState;
}

/** What is to be the same; of processes and namespaces, those that were not there before: others' come and go. */
export async function compared(): Promise<Compared> {
  const [now, earlier] = [await hostState(), JSON.parse(process.env[HOST_STATE_VARIABLE] ?? '{}') as HostState];
  const fresh = (key: 'labs' | 'namespaces'): string[] => now[key].filter((one) => !earlier[key].includes(one));
  return { now: { ...now, labs: fresh('labs'), namespaces: fresh('namespaces') }, earlier: { ...earlier, labs: [], namespaces: [] } };
}

/** The machine is as it was before the lab came, at the latest when the kernel has taken the last namespaces down. */
export async function assertGivenBack(): Promise<void> {
  const same = async (): Promise<boolean> => {
    const { now, earlier } = await compared();
    return isDeepStrictEqual(now, earlier);
  };
  await until('the machine to be as it was', 20, same).catch(() => undefined);
  const { now, earlier } = await compared();
  assert.deepEqual(now, earlier);
}

/** Takes the lab of all tests down. Only tests that come last may. */
export async function takeLabDown(): Promise<void> {
  const { name, stateDir } = theLab();
  await execa(process.execPath, [EDGE_VM, 'lab', 'down', '--name', name], { env: { EDGE_VM_STATE_DIR: stateDir } });
}
