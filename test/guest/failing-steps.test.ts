import assert from 'node:assert/strict';
import type { RunningCli } from '../integration/harness/cli.js';
import type { StageRecord } from '../../src/readiness/records/record.js';
import { created, openGuest, type Guest } from './support/guest.js';
import { until } from './support/until.js';
import { publishVersion, startOwnRepository, type OwnRepository } from './support/repository.js';

// A version that nobody has published yet.
const version = '1.6.9-1';

describe('a device whose steps fail, one cause after the other', () => {
  let guest: Guest;
  let creation: RunningCli;
  let source: OwnRepository;

  before(async () => {
    guest = await openGuest('gw-03');
    await guest.remove();
    source = await startOwnRepository();
    await source.signWithAnotherKey();
    creation = guest.create(['--edge-version', version, '--identity-service-version', version, '--edge-apt-source', source.url]);
  });
  after(async () => {
    source?.close();
    creation?.kill('SIGKILL');
    await guest.remove().finally(guest.close);
  });

  /** The guest's last message, when it has this code. */
  const told = async (code: string): Promise<StageRecord> => until(`the guest to say ${code}`, 600, async () => {
    const last = (await guest.records()).at(-1);
    return last?.code === code && last;
  });

  it('reports that the key is rejected', async () => {
    const record = await told('key-rejected');
    assert.equal(record.stage, 'runtime');
    assert.match(record.message ?? '', /NO_PUBKEY|signature|signed/i);
  });

  it('reports that its disk is full', async () => {
    // root may use the reserved space too.
    await guest.shell('free=$(($(stat -f -c "%f*%S" /))); fallocate -l $((free - 8388608)) /fill; dd if=/dev/zero of=/fill2 bs=64k 2>/dev/null; :');
    source.signRightly();
    assert.equal((await told('disk-full')).stage, 'runtime');
    await guest.shell('rm /fill /fill2');
  });

  it('reports that the version does not exist', async () => {
    const record = await told('package-not-found');
    assert.match(record.message ?? '', /1\.6\.9-1/);
    const status = await guest.status();
    assert.equal(status.ready, false);
  });

  it('is connected without a new machine once the version is published', async () => {
    const instance = (await guest.instance())?.metadata.uid;
    await publishVersion(version);
    const result = created(await creation.done);
    assert.equal(result.stage, 'connected');
    assert.equal((await guest.instance())?.metadata.uid, instance);
    assert.equal((await guest.records()).at(-1)?.versions?.edge, version);
  });
});
