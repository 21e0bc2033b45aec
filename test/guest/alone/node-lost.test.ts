import assert from 'node:assert/strict';
import { kinds } from '../../../src/cluster/index.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { created, openGuest, type Guest } from '../support/guest.js';
import { until } from '../support/until.js';
import { cutPower, restorePower } from '../support/node-power.js';

const running = (result: DeviceResult): string | undefined => result.conditions.find(({ type }) => type === 'Running')?.reason;

describe('a device whose node loses its power, and then its launcher pod is killed', () => {
  let guest: Guest;
  let on = true;
  let instance: string | undefined;
  let disk: string;

  // The disk's id, and the time of its set-up. A boot changes neither.
  const identity = (): Promise<string> => guest.shell('sync; cat /etc/machine-id; stat -c %Y /var/lib/edge-vm/provisioned');

  before(async () => {
    guest = await openGuest('gw-20');
    await guest.remove();
    assert.equal(created(await guest.createByFile().done).ready, true);
    // Otherwise the instance would count as not ready for another reason.
    await until('the probe to succeed', 120, async () => (await guest.ready()) === 'True');
    disk = await identity();
    instance = (await guest.instance())?.metadata.uid;
    on = false;
    await cutPower();
  });
  after(async () => {
    // While its node is off, the device cannot be deleted; and the next tests need the node too.
    if (!on) await restorePower();
    await guest.remove().finally(guest.close);
  });

  it('is not called ready from the first moment, whatever it reported just before', async () => {
    assert.equal((await guest.status()).ready, false);
  });

  it('is shown as on a node that does not answer', async () => {
    const seen: boolean[] = [];
    const lost = await until('status to name the node', 120, async () => {
      const now = await guest.status();
      seen.push(now.ready);
      return running(now) === 'NodeUnreachable' && now;
    });
    assert.ok(!seen.includes(true), 'not for a moment');
    assert.deepEqual([lost.stage, lost.cause?.code], ['scheduled', 'node-unreachable']);
    assert.match(lost.cause?.message ?? '', /node real-1 does not answer since .* \(NodeStatusUnknown\)/);
    assert.match(lost.cause?.hint ?? '', /kubectl delete node real-1/);
  });

  it('is seen by the cluster as in the field: the node is tainted, the instance counts as not ready', async () => {
    await until('the taint', 60, async () => {
      const node = await guest.cluster.get({ type: kinds.Node, name: 'real-1' });
      return (node?.spec?.['taints'] as { key: string; effect: string }[] | undefined)?.some(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute');
    });
    const seen = await guest.instance();
    const ready = seen?.status?.conditions?.find(({ type }) => type === 'Ready');
    assert.deepEqual([seen?.metadata.uid, seen?.status?.['phase'], ready?.status, ready?.reason ?? ''], [instance, 'Running', 'False', '']);
  });

  it('is connected again once the power is back, from the same disk and without another create', async () => {
    await restorePower();
    on = true;
    const back = await until('the device to be connected again', 600, async () => {
      const now = await guest.status();
      return now.ready && now;
    });
    assert.deepEqual([back.stage, back.cause], ['connected', undefined]);
    assert.notEqual((await guest.instance())?.metadata.uid, instance, 'another instance');
    assert.equal(await identity(), disk, 'the same disk, and nothing was set up again');
  });

  it('comes back after its launcher pod was killed, and status is right in the meantime', async () => {
    const before = await guest.instance();
    const pod = await guest.pod();
    await guest.cluster.delete({ type: kinds.Pod, name: pod!.metadata.name, namespace: 'default' });
    await until('status to say that it is not ready', 120, async () => !(await guest.status()).ready);
    const back = await until('the device to be connected again', 480, async () => {
      const now = await guest.status();
      return now.ready && (await guest.instance())?.metadata.uid !== before?.metadata.uid && now;
    });
    assert.equal(back.stage, 'connected');
  });
});
