import { connectCluster, kinds, type Cluster } from '../../src/cluster/index.js';
import { theLab } from '../integration/harness/lab.js';
import { consoleLine } from './support/console.js';

const name = 'container-disk';
const said = 'this is the containerDisk';

// Not with edge-vm: it refuses such a disk for a device, because the keys would be lost with the instance.
const machine = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: { name, namespace: 'default' },
  spec: {
    runStrategy: 'Once',
    template: {
      spec: {
        nodeSelector: { 'edge-vm.io/real': 'true' },
        tolerations: [{ key: 'edge-vm.io/real', operator: 'Exists' }],
        terminationGracePeriodSeconds: 0,
        domain: {
          memory: { guest: '512Mi' },
          devices: { logSerialConsole: true, disks: [{ name: 'root', disk: { bus: 'virtio' } }, { name: 'seed', disk: { bus: 'virtio' } }], interfaces: [{ name: 'default', masquerade: {} }] },
        },
        networks: [{ name: 'default', pod: {} }],
        volumes: [
          { name: 'root', containerDisk: { image: 'edge-vm.test/guest/debian:12', imagePullPolicy: 'Never' } },
          { name: 'seed', cloudInitNoCloud: { userData: `#cloud-config\nbootcmd:\n  - [sh, -c, 'echo ${said} >/dev/ttyS0']\n` } },
        ],
      },
    },
  },
};

describe("the lab's containerDisk", () => {
  let cluster: Cluster;
  const ref = { type: kinds.VirtualMachine, name, namespace: 'default' };

  before(async () => {
    cluster = await connectCluster({ kubeconfig: theLab().variables.KUBECONFIG });
    await cluster.delete(ref, { propagation: 'Foreground' });
    await cluster.create(machine);
  });
  after(async () => {
    await cluster.delete(ref);
    cluster.close();
  });

  it('boots on the real node, and its cloud-init takes what it is given', async () => {
    await consoleLine(cluster, name, { what: 'the guest to say that it has booted', seconds: 300, wanted: (line) => line.startsWith(said) });
  });
});
