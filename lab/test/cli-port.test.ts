import assert from 'node:assert/strict';
import type { LAB_VARIABLES, LabPort } from '../../src/cli/commands/lab-port.js';
import * as lab from '../src/index.js';

describe('what edge-vm’s command uses of the lab', () => {
  it('is what the lab exports, which the compiler checks', () => {
    const port: LabPort = lab;
    for (const name of ['labUp', 'labStatus', 'labEnv', 'labTools', 'labDown'] as const) assert.equal(typeof port[name], 'function', name);
  });

  it('sets the variables that lab env --unset removes, which the compiler checks', () => {
    const set: Record<keyof lab.LabEnv, true> = { KUBECONFIG: true, EDGE_VM_HUB_CONNECTION_STRING: true, EDGE_VM_HUB_ENDPOINT: true, EDGE_VM_HUB_CA: true };
    const unset: Record<(typeof LAB_VARIABLES)[number], true> = set;
    const both: typeof set = unset;
    assert.equal(Object.keys(both).length, 4);
  });
});
