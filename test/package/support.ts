import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../helpers/cache-folder.js';

/** The checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program outside of the checkout and of the caller's set-up: npm gives scripts many variables and folders of PATH, and
 * a lab gives its own.
 */
export function run(cwd: string, program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...ownEnvironment(), ...env }, maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'pipe'] });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const strange = /^(npm_(?!config_(registry|cache))|EDGE_VM_(?!CACHE)|KUBECONFIG|NODE_(OPTIONS|PATH|ENV))/i;
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !strange.test(name)));
  return { ...own, PATH: (own['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules')).join(delimiter) };
}

/** The same, and the program must end with 0. Gives its standard output. */
export function runs(...[cwd, program, args, env]: Parameters<typeof run>): string {
  const { code, stdout, stderr } = run(cwd, program, args, env);
  assert.equal(code, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Files of the checkout that are or would be committed, below a folder. A checkout without git's own folder has them too. */
export function sourceFiles(folder = '.'): string[] {
  const { code, stdout } = run(ROOT, 'git', ['ls-files', '--cached', '--others', '--exclude-standard', folder]);
  const files = code === 0 ? stdout.trim().split('\n') : walk(folder === '.' ? '' : folder);
  return [...new Set(files)].filter((file) => existsSync(join(ROOT, file)));
}

function walk(folder: string): string[] {
  const made = /^(?:\.git|release|coverage|THIRD-PARTY-NOTICES\.txt)$|(?:^|\/)(?:node_modules|dist)$|\.tsbuildinfo$|\.generated\.ts$/;
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).map((entry) => ({ entry, path: join(folder, entry.name) }))
    .filter(({ path }) => !made.test(path)).flatMap(({ entry, path }) => (entry.isDirectory() ? walk(path) : [path]));
}

/** An empty folder with nothing above it that a package could be found in. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'edge-vm-package-'));
}

/** A folder of a project with these packages. Without a network, unless `online`. */
export function project(packages: readonly string[], { online = false } = {}): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
  runs(folder, 'npm', ['install', '--no-audit', '--no-fund', online ? '--prefer-offline' : '--offline', ...packages]);
  return folder;
}

/** Names the folder with the packed packages; pack-fixture.ts sets it. */
export const PACKED_VARIABLE = 'EDGE_VM_PACKED';

/** The package of edge-vm or of the lab, as npm packs it. */
export function tarball(name: 'edge-vm' | 'edge-vm-lab' = 'edge-vm'): string {
  return join(process.env[PACKED_VARIABLE]!, `${name}-${VERSION}.tgz`);
}

/** Paths in a tarball, without `package/`. */
export function filesOf(path: string): string[] {
  return runs(ROOT, 'tar', ['-tzf', path]).trim().split('\n').map((line) => line.replace(/^package\//, '')).sort();
}

/** The versions of Node.js that edge-vm is tested with, and where each one is. */
export function nodes(): { version: string; path: string }[] {
  const versions = readFileSync(join(ROOT, 'scripts/node-versions'), 'utf8').trim().split('\n');
  return versions.map((version) => ({ version, path: runs(ROOT, join(ROOT, 'scripts/node-binary.sh'), [version]).trim() }));
}

/** The folder with the lab's kubectl. */
export function kubectlFolder(): string {
  return runs(ROOT, join(ROOT, 'bin/edge-vm'), ['lab', 'tools']).trim();
}

/** A folder in the cache that `make` fills once. It never has half of what it should have. */
export function cached(name: string, make: (folder: string) => void): string {
  const folder = join(cacheFolder(), 'package-tests', name);
  if (!existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    make(fresh);
    renameSync(fresh, folder);
  }
  return folder;
}
