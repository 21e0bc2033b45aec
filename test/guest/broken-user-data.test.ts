import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import type { RunningCli } from '../integration/harness/cli.js';
import { openGuest, type Guest } from './support/guest.js';
import { until } from './support/until.js';

describe('a guest whose user-data is broken by somebody else', () => {
  let guest: Guest;
  let creation: RunningCli;

  before(async () => {
    guest = await openGuest('gw-05');
    await guest.remove();
    creation = guest.create();
  });
  after(async () => {
    creation?.kill('SIGKILL');
    await guest.remove().finally(guest.close);
  });

  it('ends with what cloud-init says of it, not at its deadline', async () => {
    // While the disk is being made: the launcher pod reads the Secret later. Once it has its owner, edge-vm writes it no more.
    const secret = { type: kinds.Secret, name: 'gw-05-cloud-init', namespace: 'default' };
    await until('the Secret to have its owner', 60, async () => (await guest.cluster.get(secret))?.metadata.ownerReferences?.length);
    const broken = Buffer.from('#cloud-config\nwrite_files: [\n  unfinished\n').toString('base64');
    await guest.cluster.mergePatch(secret, { data: { userdata: broken } });
    const run = await creation.done;
    assert.equal(run.code, 5, `a terminal failure has another exit code than a deadline:\n${run.stderr}`);
    const { cause, ready } = run.json();
    assert.equal(ready, false);
    assert.equal(cause?.code, 'user-data-invalid');
    assert.match(cause.message, /cloud-init/);
  });
});
