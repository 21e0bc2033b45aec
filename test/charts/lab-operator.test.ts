import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

// This file runs from dist/test/charts.
const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Status {
  state: string;
  processes: { name: string; pid: number; running: boolean }[];
  operator?: { kubeconfig: string; metrics: string; health: string };
}

/** A lab of its own: its operator would work on the devices of other tests too. */
describe('edge-vm lab up --operator', () => {
  let folder: string;
  let env: Record<string, string>;
  before(async function () {
    this.timeout(1_200_000);
    folder = await mkdtemp(join(tmpdir(), 'edge-vm-lab-operator-'));
    env = { EDGE_VM_STATE_DIR: folder };
    await edgeVm('lab', 'up', '--operator');
    const variables = JSON.parse(await edgeVm('lab', 'env', '--shell', 'json')) as Record<string, string>;
    assert.deepEqual(Object.keys(variables).sort(), ['EDGE_VM_HUB_CA', 'EDGE_VM_HUB_CONNECTION_STRING', 'EDGE_VM_HUB_ENDPOINT', 'KUBECONFIG']);
    env = { ...env, ...variables, PATH: `${await edgeVm('lab', 'tools')}:${process.env['PATH'] ?? ''}` };
  });
  after(async () => {
    await edgeVm('lab', 'down');
    await rm(folder, { recursive: true, force: true });
  });

  async function edgeVm(...args: string[]): Promise<string> {
    return (await execa(process.execPath, [join(root, 'bin', 'edge-vm'), ...args], { env })).stdout;
  }

  async function kubectl(...args: string[]): Promise<string> {
    return (await execa('kubectl', args, { env })).stdout;
  }

  const status = async (): Promise<Status> => JSON.parse(await edgeVm('lab', 'status', '-o', 'json')) as Status;
  const processOf = ({ processes }: Status): Status['processes'][number] => processes.find(({ name }) => name === 'edge-vm-operator')!;
  const ready = (): Promise<string> => kubectl('wait', 'edgedevice/gw-01', '--for=condition=Ready', '--timeout=120s');

  it('runs it as one of the lab’s processes, with the rights of its ServiceAccount', async () => {
    const now = await status();
    assert.deepEqual([now.state, processOf(now).running], ['up', true]);
    const may = async (verb: string, resource: string, ...flags: string[]): Promise<string> => (await execa('kubectl', ['auth', 'can-i', verb, resource, '--kubeconfig', now.operator!.kubeconfig, ...flags], { env, reject: false })).stdout;
    assert.deepEqual([await may('patch', 'edgedevices.edge-vm.io', '-A'), await may('create', 'leases.coordination.k8s.io', '-n', 'edge-vm-system')], ['yes', 'yes']);
    assert.deepEqual([await may('delete', 'nodes'), await may('create', 'deployments.apps', '-A'), await may('delete', 'edgedevices.edge-vm.io', '-A')], ['no', 'no', 'no']);
  });

  it('makes a device of an EdgeDevice', async () => {
    await kubectl('apply', '-f', join(root, 'docs', 'examples', 'minimal.yaml'));
    await ready();
    assert.match(await kubectl('get', 'edge'), /^gw-01 +True +connected/m);
    assert.match(await edgeVm('list'), /^gw-01 .*connected/m);
  });

  it('starts it again after it was killed, without the flag too; it goes on', async () => {
    const { pid } = processOf(await status());
    process.kill(pid, 'SIGKILL');
    await kubectl('delete', 'virtualmachine', 'gw-01', '--wait=true');
    await edgeVm('lab', 'up');
    const now = await status();
    assert.deepEqual([now.state, processOf(now).running, processOf(now).pid === pid], ['up', true, false]);
    await kubectl('wait', '--for=create', 'virtualmachine/gw-01', '--timeout=60s');
    await ready();
    await edgeVm('lab', 'up');
    assert.equal(processOf(await status()).pid, processOf(now).pid, 'an operator that runs goes on');
  });

  it('needs no right that its ServiceAccount does not have, and removes what it made', async () => {
    await kubectl('delete', 'edgedevice', 'gw-01', '--timeout=120s');
    assert.equal(await kubectl('get', 'virtualmachines,datavolumes,secrets', '-o', 'name'), '');
    const metrics = await (await fetch((await status()).operator!.metrics)).text();
    assert.match(metrics, /^edge_vm_api_requests_total\{verb="delete",resource="virtualmachines",code="200"\} 1$/m);
    assert.deepEqual(metrics.split('\n').filter((line) => line.startsWith('edge_vm_api_requests_total') && /code="(?:403|forbidden)"/.test(line)), []);
  });

  it('goes down with the lab', async () => {
    const { pid } = processOf(await status());
    await edgeVm('lab', 'down');
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.equal((await status()).operator, undefined);
  });
});
