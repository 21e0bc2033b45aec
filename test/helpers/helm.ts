import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { loadAll } from 'js-yaml';

// This file runs from dist/test/helpers.
const root = fileURLToPath(new URL('../../../', import.meta.url));

export const OPERATOR_CHART = join(root, 'charts', 'edge-vm');
export const DEVICE_CHART = join(root, 'charts', 'edge-device');

/** A Kubernetes object as a chart renders it. */
export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

export interface HelmResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real helm, with folders of its own for its settings. */
export interface Helm {
  /** Runs it to its end. */
  run: (args: readonly string[], input?: string) => Promise<HelmResult>;
  /** The same; fails on any exit code but 0, and gives stdout. */
  ok: (args: readonly string[], input?: string) => Promise<string>;
  /** What `helm template` makes of a chart with these values, in namespace `edge`. */
  render: (chart: string, values?: object, flags?: readonly string[]) => Promise<Rendered[]>;
  close: () => void;
}

/** Milliseconds that `openHelm` may take: if the cache does not have helm, the lab's tools build it in minutes. */
export const BUILD_LIMIT = 1_200_000;

export async function openHelm(env: Record<string, string> = { KUBECONFIG: '/dev/null' }): Promise<Helm> {
  const { stdout } = await execa(process.execPath, [join(root, 'bin', 'edge-vm'), 'lab', 'tools', '--helm'], { stderr: 'inherit' });
  const program = join(stdout.trim().split(delimiter).at(-1)!, 'helm');
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-helm-'));
  const own = Object.fromEntries(['CACHE', 'CONFIG', 'DATA'].map((name) => [`HELM_${name}_HOME`, join(folder, name.toLowerCase())]));
  const run: Helm['run'] = async (args, input = '') => {
    const { exitCode, stdout, stderr } = await execa(program, args, { env: { ...own, ...env, HELM_NAMESPACE: '' }, reject: false, timeout: 120_000, input });
    return { code: exitCode ?? -1, stdout, stderr };
  };
  const ok: Helm['ok'] = async (args, input) => {
    const { code, stdout, stderr } = await run(args, input);
    if (code !== 0) throw new Error(`helm ${args.join(' ')}: exit code ${code}\n${stderr}`);
    return stdout;
  };
  return {
    run, ok,
    render: async (chart, values = {}, flags = []) => {
      const text = await ok(['template', 'edge-vm', chart, '--namespace', 'edge', '--values', '-', ...flags], JSON.stringify(values));
      return (loadAll(text) as (Rendered | null)[]).filter((object) => object !== null);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
