import assert from 'node:assert/strict';
import { concurrency } from '../../../src/cli/flags/fleet-flags.js';
import { defaultConcurrency } from '../../../src/cluster/gate.js';
import { fleetRequest } from '../../../src/fleet/apply/request.js';
import { run } from './helpers/run.js';

describe('cli/fleet-flags', () => {
  it('--concurrency has the default of the library, in the help too', async () => {
    assert.deepEqual([concurrency({}, []), fleetRequest([]).concurrency], [defaultConcurrency, defaultConcurrency]);
    const { stdout } = await run(['apply', '--help']);
    assert.match(stdout, new RegExp(`--concurrency <n> .*\\(default ${defaultConcurrency}\\)`));
  });
});
