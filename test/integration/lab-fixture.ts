import { labFixture } from './harness/fixture.js';

// mocha loads this with `--require`.
export const { mochaGlobalSetup, mochaGlobalTeardown } = labFixture({ name: 'test', helm: true });
