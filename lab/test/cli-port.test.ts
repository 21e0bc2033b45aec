import assert from 'node:assert/strict';
import type { LabPort } from '../../src/cli/commands/lab-port.js';
import * as lab from '../src/index.js';

describe('what edge-vm’s command uses of the lab', () => {
  it('is what the lab exports, which the compiler checks', () => {
    const port: LabPort = lab;
    for (const name of ['labUp', 'labStatus', 'labEnv', 'labTools', 'labDown'] as const) assert.equal(typeof port[name], 'function', name);
  });
});
