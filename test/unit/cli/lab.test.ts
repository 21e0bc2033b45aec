import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { LAB_VARIABLES, type LabPort } from '../../../src/cli/commands/lab-port.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { hubConnectionString, run } from './helpers/run.js';

const variables = { KUBECONFIG: "/it's/k c", EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString };

type Asked = Parameters<LabPort['labUp']>[0];

function fakeLab(over: Partial<LabPort> = {}): { deps: { lab: () => Promise<LabPort> }; asked: Asked[] } {
  const asked: Asked[] = [];
  const lab: LabPort = {
    async labUp(options) {
      asked.push(options);
      options.onEvent?.({ step: 'build core', state: 'started', seconds: 0 });
      options.onEvent?.({ step: 'build core', state: 'progress', seconds: 1, detail: 'k8s.io/x' });
      options.onEvent?.({ step: 'build core', state: 'done', seconds: 61.5 });
      return { name: options.name, outcome: 'installed', kubeconfig: '/k', seconds: 200 };
    },
    labStatus: async ({ name }) => ({ name, state: 'up', bytes: 3 * 2 ** 20, virtualMachines: 2, folder: '/f', processes: [{ name: 'etcd', pid: 7, running: true, bytes: 3 * 2 ** 20, log: '/f/etcd.log' }] }),
    labEnv: () => variables,
    labDown: async () => true,
    labTools: async ({ onEvent, helm }) => {
      onEvent?.({ step: 'build tools', state: 'done', seconds: 40 });
      return `/c/lab/programs/tools-1/bin${helm ? ':/c/lab/programs/helm-1/bin' : ''}`;
    },
    ...over,
  };
  return { deps: { lab: async () => lab }, asked };
}

describe('cli/lab', () => {
  it('up says where the time went, on stderr', async () => {
    const { deps, asked } = fakeLab();
    const { code, stdout, stderr } = await run(['lab', 'up', '--name', 'two'], { deps });
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /build core +1 min 02 s\n/);
    assert.doesNotMatch(stderr, /k8s\.io/);
    assert.match(stderr, /lab two is up, 3 min 20 s in all/);
    assert.match(stderr, /eval "\$\(edge-vm lab env --name two\)"/);
    assert.equal(asked[0]?.name, 'two');
  });

  it('up leaves what comes next to scripts/lab-setup.sh, which goes on by itself', async () => {
    const { stderr } = await run(['lab', 'up'], { deps: fakeLab().deps, env: { EDGE_VM_LAB_SETUP: 'true' } });
    assert.match(stderr, /lab default is up/);
    assert.doesNotMatch(stderr, /Next:/);
  });

  it('up shows the progress of a long step in a pipe too, from time to time', async () => {
    const detail = (seconds: number): string => `${seconds * 10} of 2901 packages compiled, now k8s.io/x`;
    const { deps } = fakeLab({
      labUp: async ({ name, onEvent }) => {
        onEvent?.({ step: 'build core', state: 'started', seconds: 0 });
        for (let seconds = 1; seconds <= 40; seconds++) {
          onEvent?.({ step: 'build core', state: 'progress', seconds, detail: detail(seconds) });
          // Another step that runs beside it.
          onEvent?.({ step: 'lab hub', state: 'progress', seconds: 2, detail: 'k8s.io/short' });
        }
        onEvent?.({ step: 'build core', state: 'done', seconds: 41 });
        return { name, outcome: 'installed', kubeconfig: '/k', seconds: 41 };
      },
    });
    const { stderr } = await run(['lab', 'up'], { deps });
    const told = stderr.split('\n').filter((line) => line.includes('build core'));
    assert.equal(told.length, 3);
    assert.match(told[0]!, /^ {2}build core +15 s {2}150 of 2901 packages compiled, now k8s\.io\/x$/);
    assert.match(told[1]!, /30 s {2}300 of 2901/);
    assert.match(told[2]!, /^✔ build core +41 s$/);
    assert.doesNotMatch(stderr, /short/);
  });

  it('tools prints the folder alone on stdout, for a PATH', async () => {
    const { code, stdout, stderr } = await run(['lab', 'tools'], fakeLab());
    assert.deepEqual([code, stdout], [0, '/c/lab/programs/tools-1/bin\n']);
    assert.match(stderr, /build tools/);
    assert.equal((await run(['lab', 'tools', '--helm'], fakeLab())).stdout, '/c/lab/programs/tools-1/bin:/c/lab/programs/helm-1/bin\n');
  });

  it('up takes packages for guests of a real node only, rather than leaving them out in silence', async () => {
    const { deps, asked } = fakeLab();
    const refused = await run(['lab', 'up', '--edge-packages', '/debs'], { deps });
    assert.deepEqual([refused.code, asked.length], [2, 0]);
    assert.match(refused.stderr, /--edge-packages.*--node real/);
    assert.equal((await run(['lab', 'up', '--node', 'real', '--edge-packages', '/debs'], { deps })).code, 0);
    assert.deepEqual(asked.map(({ node, edgePackages }) => [node, edgePackages]), [['real', '/debs']]);
  });

  it('up runs the operator where a person asks for it, and status says where its metrics are', async () => {
    const { deps, asked } = fakeLab();
    await run(['lab', 'up', '--operator'], { deps });
    await run(['lab', 'up'], { deps });
    assert.deepEqual(asked.map(({ operator }) => operator), [true, false]);
    const operator = { kubeconfig: '/k', metrics: 'http://127.0.0.1:7/metrics', health: 'http://127.0.0.1:8' };
    const { stdout } = await run(['lab', 'status'], fakeLab({ labStatus: async ({ name }) => ({ name, state: 'up', bytes: 0, folder: '/f', processes: [], operator }) }));
    assert.match(stdout, /operator: metrics at http:\/\/127\.0\.0\.1:7\/metrics/);
  });

  it('env can be evaluated by a shell, whatever the values hold', async () => {
    const { stdout } = await run(['lab', 'env'], fakeLab());
    const shell = spawnSync('sh', ['-c', `${stdout}\nprintf '%s\\n' "$KUBECONFIG" "$EDGE_VM_HUB_CONNECTION_STRING"`], { encoding: 'utf8' });
    assert.equal(shell.stdout, `${variables.KUBECONFIG}\n${variables.EDGE_VM_HUB_CONNECTION_STRING}\n`);
    assert.deepEqual(JSON.parse((await run(['lab', 'env', '--shell', 'json'], fakeLab())).stdout), variables);
    assert.match((await run(['lab', 'env', '--shell', 'fish'], fakeLab())).stdout, /^set -gx KUBECONFIG '\/it\\'s\/k c'$/m);
  });

  it('env --unset removes the variables again, without a lab too', async () => {
    const gone = fakeLab({ labEnv: () => { throw new EdgeVmError('not-found', 'there is no lab default'); } });
    const { stdout } = await run(['lab', 'env', '--unset'], gone);
    const set = LAB_VARIABLES.map((name) => `export ${name}=x`).join('\n');
    const shell = spawnSync('sh', ['-c', `${set}\n${stdout}\nenv`], { encoding: 'utf8' });
    assert.doesNotMatch(shell.stdout, /KUBECONFIG|EDGE_VM_HUB/);
    assert.match((await run(['lab', 'env', '--unset', '--shell', 'fish'], gone)).stdout, /^set -e KUBECONFIG$/m);
    assert.deepEqual(Object.keys(JSON.parse((await run(['lab', 'env', '--unset', '--shell', 'json'], gone)).stdout) as object), [...LAB_VARIABLES]);
  });

  it('down says how to remove the variables from a shell that points at the lab, and from no other', async () => {
    const hint = /This shell still has .*\n {2}eval "\$\(edge-vm lab env --unset\)"/;
    assert.match((await run(['lab', 'down'], { ...fakeLab(), env: { KUBECONFIG: variables.KUBECONFIG } })).stderr, hint);
    assert.doesNotMatch((await run(['lab', 'down'], { ...fakeLab(), env: { KUBECONFIG: '/other' } })).stderr, /unset/);
    const none = fakeLab({ labDown: async () => false, labEnv: () => { throw new EdgeVmError('not-found', 'there is no lab default'); } });
    assert.doesNotMatch((await run(['lab', 'down'], { ...none, env: { KUBECONFIG: variables.KUBECONFIG } })).stderr, /unset/);
  });

  it('status shows the processes', async () => {
    const { stdout } = await run(['lab', 'status'], fakeLab());
    assert.match(stdout, /^lab default: up, 2 virtual machines, 3 MiB of memory\n\nPROCESS +STATE +PID +MEMORY\netcd +running +7 +3 MiB\n/);
  });

  it('down says whether there was one', async () => {
    assert.match((await run(['lab', 'down'], fakeLab())).stderr, /the lab is down/);
    assert.match((await run(['lab', 'down'], fakeLab({ labDown: async () => false }))).stderr, /there was no lab/);
  });

  it('says what to do where the lab is not installed', async () => {
    const lab = async (): Promise<never> => {
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    };
    const { code, stderr } = await run(['lab', 'status'], { deps: { lab } });
    assert.equal(code, 3);
    assert.match(stderr, /^error: the lab is not installed\ncause: missing-prerequisite.*\nhint: .*npm ci/);
  });

  it('a lab that is not up in time ends with 4', async () => {
    const { deps } = fakeLab({
      labUp: ({ signal }) => new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(new EdgeVmError('interrupted', 'stopped')), { once: true });
      }),
    });
    const { code, stderr } = await run(['lab', 'up', '--timeout', '20ms'], { deps });
    assert.equal(code, 4);
    assert.match(stderr, /^error: the lab was not up in time/);
  });
});
