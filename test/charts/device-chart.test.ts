import assert from 'node:assert/strict';
import { BUILD_LIMIT, DEVICE_CHART, openHelm, type Helm } from '../helpers/helm.js';

describe('the chart of one device', () => {
  let helm: Helm;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    helm = await openHelm();
  });
  after(() => helm.close());

  it('passes the strict lint', async () => {
    assert.match(await helm.ok(['lint', '--strict', DEVICE_CHART]), /0 chart\(s\) failed/);
  });

  it('makes one EdgeDevice of the name of the release, which registers itself', async () => {
    assert.deepEqual(await helm.render(DEVICE_CHART), [
      { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'edge-vm', namespace: 'edge' }, spec: { identity: { register: {} } } },
    ]);
  });

  it('has the values as its spec, numbers as numbers', async () => {
    const [device] = await helm.render(DEVICE_CHART, {
      name: 'gw-01', labels: { site: 'north' }, annotations: { note: 'x' }, identity: { connectionString: { secretRef: { name: 'gw-01-identity' } } },
      deviceId: 'GW#01', vm: { cpus: 4, memory: '4Gi' }, firstBootGeneration: 100_000_000, guest: { user: '1234' }, global: { any: 'thing' },
    });
    assert.deepEqual(device!.metadata, { name: 'gw-01', namespace: 'edge', labels: { site: 'north' }, annotations: { note: 'x' } });
    assert.deepEqual(device!['spec'], {
      identity: { connectionString: { secretRef: { name: 'gw-01-identity' } } },
      deviceId: 'GW#01', vm: { cpus: 4, memory: '4Gi' }, firstBootGeneration: 100_000_000, guest: { user: '1234' },
    });
  });

  it('takes the values of the command line', async () => {
    const text = await helm.ok(['template', 'gw-02', DEVICE_CHART, '--set', 'vm.cpus=2,vm.memory=4Gi,identity.register.deviceId=GW#02']);
    assert.match(text, /name: gw-02\n[^]*deviceId: GW#02[^]*cpus: 2\n/);
  });
});
