import { labFixture } from '../integration/harness/fixture.js';
import { hostState, HOST_STATE_VARIABLE } from './support/host-state.js';

// mocha loads this with `--require`: one lab with a real node.
export const { mochaGlobalSetup, mochaGlobalTeardown } = labFixture({
  name: 'guest-test',
  flags: ['--node', 'real'],
  async first() {
    process.env[HOST_STATE_VARIABLE] = JSON.stringify(await hostState());
  },
});
