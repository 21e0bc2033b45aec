import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connectCluster, kinds } from '../../src/cluster/index.js';
import { environment } from '../integration/harness/cli.js';
import { openHub } from '../integration/harness/hub.js';
import { LAB_VARIABLE, theLab } from '../integration/harness/lab.js';
import { read } from './markdown.js';
import { makePageFolder, type PageFolder } from './page-folder.js';
import { namespacesOf, uniqueNames } from './page-names.js';
import { blockFile, outputFile, pageScript, PROGRESS } from './page-script.js';
import { planOf, type Step } from './steps.js';

/** The most characters of a block's output that an error shows. */
const maxOutput = 6000;

/** Runs every block of a page against the lab, in a namespace and a folder of its own. Rejects at the first block that fails. */
export async function runPage(path: string, options: { limitMs: number }): Promise<void> {
  const suffix = `p${randomBytes(2).toString('hex')}`;
  const namespace = `docs-${suffix}`;
  const namespaces = [namespace];
  const cluster = await connectCluster({ kubeconfig: theLab().variables.KUBECONFIG });
  const root = await mkdtemp(join(tmpdir(), 'edge-vm-docs-'));
  try {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const page = read(path);
    const made = namespacesOf(page);
    const names = (text: string): string => uniqueNames(text, suffix, made);
    namespaces.push(...made.map((name) => `${name}-${suffix}`));
    const folder = await makePageFolder(root, { namespace, names });
    const { steps } = planOf(names(page));
    const failure = await runSteps(steps, folder, join(root, 'run'), options.limitMs);
    if (failure !== undefined) throw new Error(`${path}:${failure}`);
  } finally {
    for (const name of namespaces) await cluster.delete({ type: kinds.Namespace, name });
    await forgetDevices(suffix);
    cluster.close();
    await rm(root, { recursive: true, force: true });
  }
}

/** `LINE: what failed`, or nothing. */
async function runSteps(steps: readonly Step[], folder: PageFolder, files: string, limitMs: number): Promise<string | undefined> {
  await mkdir(files);
  await Promise.all(steps.map(({ text }, index) => writeFile(join(files, blockFile(index)), text)));
  const script = join(files, 'page.sh');
  await writeFile(script, pageScript(steps, files));
  const { HOME: _home, KUBECONFIG: _kubeconfig, ...variables } = environment();
  const child = spawn('bash', ['--norc', '--noprofile', script], {
    cwd: folder.work,
    // A group of its own, so that what a page leaves in the background ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...variables, HOME: folder.home, TMPDIR: folder.home, EDGE_VM_STATE_DIR: folder.state,
      EDGE_VM_CACHE_DIR: cacheFolder(), [LAB_VARIABLE]: JSON.stringify(theLab()),
      PATH: [folder.bin, theLab().programs, theLab().helm, process.env['PATH']].filter((one) => one !== undefined).join(delimiter),
    },
  });
  let noise = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (noise += text));
  let late = false;
  const endGroup = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // The group has ended.
    }
  };
  const timer = setTimeout(() => {
    late = true;
    endGroup();
  }, limitMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  endGroup();
  if (code === 0) return undefined;

  const progress = (await readFile(join(files, PROGRESS), 'utf8').catch(() => '')).trim().split('\n').at(-1) ?? '';
  const [, block = '0', lineInBlock = '1', exit = String(code), command = ''] = /^(\d+)(?: (\d+) (\d+) (.*))?$/s.exec(progress) ?? [];
  const step = steps[Number(block)];
  const output = await readFile(join(files, outputFile(Number(block))), 'utf8').catch(() => '');
  const line = (step?.line ?? 1) + Math.max(0, Number(lineInBlock) - 1);
  const what = late ? `not done after ${limitMs / 1000} s` : command === '' ? `exit code ${code}` : `exit code ${exit}: ${command}`;
  const shown = output.length > maxOutput ? `…${output.slice(-maxOutput)}` : output;
  return `${line}: ${what}\nblock:\n${step?.text ?? ''}\noutput:\n${shown}${noise}`;
}

/** The user's own: a page has another HOME, and shall not build the lab's programs again. */
function cacheFolder(): string {
  const { EDGE_VM_CACHE_DIR: own, XDG_CACHE_HOME: cache, HOME: home = '' } = process.env;
  return own ?? join(cache ?? join(home, '.cache'), 'edge-vm');
}

/** Removes from the hub the devices that the page left there. */
async function forgetDevices(suffix: string): Promise<void> {
  const hub = openHub();
  try {
    const { body } = await hub.send('GET', '/devices?api-version=2021-04-12&top=1000');
    const left = (Array.isArray(body) ? (body as { deviceId: string }[]) : []).filter(({ deviceId }) => deviceId.includes(`-${suffix}`));
    await Promise.all(left.map(({ deviceId }) => hub.remove(deviceId)));
  } finally {
    await hub.close();
  }
}
