// A copy of one commit, with the npm packages of its package-lock.json.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The release is not made; `problems` has every reason. */
export class Refused extends Error {
  constructor(problems) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Makes `copy`. A clone, because the image asks git for the commit. */
export function checkOut({ root, copy, commit, installed }) {
  run(dirname(copy), 'git', ['clone', '--quiet', '--shared', '--no-checkout', root, copy]);
  run(copy, 'git', ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--detach', commit]);
  if (!installed) return void npm(copy, 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  const different = differences(root);
  if (different.length > 0) throw new Refused([`the installed packages are not those of package-lock.json: ${different.slice(0, 5).join(', ')}; run npm ci, or leave --installed out`]);
  for (const folder of ['node_modules', 'lab/node_modules']) if (existsSync(join(root, folder))) linkPackages(root, copy, folder);
}

/** Packages that package-lock.json has in another version than node_modules. Those of other platforms are not installed. */
function differences(root) {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return ['none are installed'];
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted)
    .filter(([path, entry]) => path.includes('node_modules/') && !(entry.optional && have[path] === undefined) && (entry.version !== have[path]?.version || entry.integrity !== have[path]?.integrity))
    .map(([path]) => path);
}

/** Links to each installed package. A link to a workspace becomes one to the workspace of the copy. */
function linkPackages(root, copy, folder) {
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    const path = join(folder, name);
    if (name === '@edge-vm') {
      mkdirSync(join(copy, path));
      symlinkSync('../../lab', join(copy, path, 'lab'));
    } else if (name === 'edge-vm' && lstatSync(join(root, path)).isSymbolicLink()) {
      symlinkSync(relative(dirname(path), '.') || '.', join(copy, path));
    } else {
      symlinkSync(join(root, path), join(copy, path));
    }
  }
}

/** Runs a program; its output goes to standard error. */
export function run(cwd, program, args, env = {}) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  if (error || status !== 0) throw new Error(`${program} ${args[0]} failed${error ? `: ${error.message}` : ` with exit code ${status}`}`);
}

/** Runs npm and gives its standard output. */
export function npm(cwd, ...args) {
  const { status, stdout, error } = spawnSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 });
  if (error || status !== 0) throw new Error(`npm ${args[0]} failed${error ? `: ${error.message}` : ` with exit code ${status}`}`);
  return stdout;
}
