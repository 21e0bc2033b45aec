#!/usr/bin/env node
// Makes the files of a release out of the current commit. scripts/release.mjs --help
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkOut, npm, Refused, run } from './release/checkout.mjs';
import { krewManifest } from './release/krew.mjs';
import { cycloneDx } from './release/sbom.mjs';

const HELP = `Usage: scripts/release.mjs [flags]

Makes the files of a release from the current commit, in a copy of the
repository: the packages edge-vm and @edge-vm/lab, an SBOM, a krew manifest,
the manifest of the operator, the container image, and SHA256SUMS. It publishes
nothing.

  --out DIR     where the files go (default: release/VERSION)
  --installed   use the npm packages that are installed in this checkout, if they
                are those of package-lock.json (default: npm ci in the copy)
  --no-image    leave the container image out
  --publish     print the commands that publish the release
  -h, --help    this text

The same commit gives the same bytes, with the same Node.js and npm. For the
image, Debian's packages must be the same too.

Exit codes: 0 done, 1 a step failed, 2 wrong usage, 3 refused, 130 interrupted.
`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function main() {
  const flags = readFlags();
  if (flags.help) return void process.stdout.write(HELP);
  // Files get the same modes for everybody.
  process.umask(0o022);
  const { version } = readJson(join(root, 'package.json'));
  const commit = git('rev-parse', 'HEAD');
  const out = resolve(root, flags.out ?? join('release', version));
  const problems = [...treeProblems(), ...versionProblems(version), ...outProblems(out, commit)];
  if (problems.length > 0) throw new Refused(problems);

  const work = mkdtempSync(join(tmpdir(), 'edge-vm-release-'));
  try {
    const made = make({ version, commit, work, flags });
    rmSync(out, { recursive: true, force: true });
    mkdirSync(dirname(out), { recursive: true });
    moveFolder(made, out);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  for (const name of readdirSync(out).sort()) console.log(`${String(statSync(join(out, name)).size).padStart(10)}  ${join(out, name)}`);
  if (flags.publish) console.log(publishing(out, version, commit, readdirSync(out)));
}

function readFlags() {
  try {
    return parseArgs({
      options: { out: { type: 'string' }, installed: { type: 'boolean' }, 'no-image': { type: 'boolean' }, publish: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    console.error(`error: ${error.message}\nhint:  see scripts/release.mjs --help`);
    process.exit(2);
  }
}

function treeProblems() {
  const changed = git('status', '--porcelain').split('\n').filter((line) => line !== '');
  if (changed.length === 0) return [];
  return [`the checkout has changes that are not committed: ${changed.slice(0, 5).map((line) => line.slice(3)).join(', ')}${changed.length > 5 ? `, and ${changed.length - 5} more` : ''}`];
}

/** CHANGELOG.md, package and lab must agree on the version. */
function versionProblems(version) {
  const problems = [];
  const headings = [...readFileSync(join(root, 'CHANGELOG.md'), 'utf8').matchAll(/^## \[?([^\]\s]+)/gm)].map((match) => match[1]);
  if (!headings.includes(version)) problems.push(`CHANGELOG.md has no section "## ${version}"; it has ${headings.join(', ')}`);
  const lab = readJson(join(root, 'lab/package.json'));
  if (lab.version !== version) problems.push(`lab/package.json has version ${lab.version}, and package.json ${version}`);
  if (lab.peerDependencies['edge-vm'] !== version) problems.push(`lab/package.json needs edge-vm ${lab.peerDependencies['edge-vm']}, and package.json has ${version}`);
  return problems;
}

/** A release that is there already may only be made again from its own commit. */
function outProblems(out, commit) {
  if (!existsSync(out) || readdirSync(out).length === 0) return [];
  const record = join(out, 'release.json');
  if (!existsSync(record)) return [`${out} is not empty, and no release made by this script`];
  const made = readJson(record).commit;
  return made === commit ? [] : [`${out} has the release of another commit, ${made}; this is ${commit}. Remove it, or give --out`];
}

/** Makes all files in a new folder and gives its path. */
function make({ version, commit, work, flags }) {
  const copy = join(work, 'edge-vm');
  const out = join(work, 'out');
  mkdirSync(out);
  const seconds = Number(git('log', '-1', '--format=%ct', commit));
  checkOut({ root, copy, commit, installed: flags.installed === true });

  say('build and pack');
  // The first one builds, for the second one too.
  const tarball = pack(copy, out);
  pack(copy, out, '--workspace', 'lab', '--ignore-scripts');

  say('SBOM and krew manifest');
  const sha256 = sha256Of(join(out, tarball));
  writeJson(join(out, `edge-vm-${version}.cdx.json`), cycloneDx({ root: copy, version, sha256, seconds }));
  writeFileSync(join(out, 'edge-vm.yaml'), krewManifest({ root: copy, version, sha256 }));
  copyFileSync(join(copy, 'packaging/operator/edge-vm-operator.yaml'), join(out, 'edge-vm-operator.yaml'));

  const buildImage = join(copy, 'packaging/image/build.sh');
  if (flags['no-image']) say('no container image: --no-image');
  else if (!existsSync(buildImage)) say('no container image: there is no packaging/image/build.sh');
  else run(copy, buildImage, [join(out, `edge-vm-${version}-image-amd64.tar`)], { SOURCE_DATE_EPOCH: String(seconds) });

  writeJson(join(out, 'release.json'), { version, commit, date: new Date(seconds * 1000).toISOString(), node: process.versions.node, npm: npm(copy, '--version').trim() });
  const sums = readdirSync(out).sort().map((name) => `${sha256Of(join(out, name))}  ${name}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
  for (const name of readdirSync(out)) chmodSync(join(out, name), 0o644);
  return out;
}

function pack(copy, out, ...args) {
  const [{ filename }] = JSON.parse(npm(copy, 'pack', '--json', '--foreground-scripts=false', '--pack-destination', out, ...args));
  return filename;
}

/** Also to another file system, where rename() fails. */
function moveFolder(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV') throw error;
    const { status } = spawnSync('cp', ['-R', from, to], { stdio: 'inherit' });
    if (status !== 0) throw new Error(`cannot copy the release to ${to}`, { cause: error });
  }
}

function publishing(out, version, commit, names) {
  const image = names.find((name) => name.includes('-image-'));
  return `
Nothing is published yet. To publish, with your own logins:
  git tag -s v${version} ${commit} && git push origin v${version}
  npm publish ${join(out, `edge-vm-${version}.tgz`)} --access public
  npm publish ${join(out, `edge-vm-lab-${version}.tgz`)} --access public${image === undefined ? '' : `\n  skopeo copy oci-archive:${join(out, image)} docker://REGISTRY/edge-vm:${version}`}
Give SHA256SUMS and the SBOM to people beside the packages. krew-index takes edge-vm.yaml
in a pull request, once npm has the package.`;
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]} failed: ${stderr.trim()}`);
  return stdout.trimEnd();
}

function sha256Of(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

function say(text) {
  console.error(`==> ${text}`);
}

// Ctrl-C ends the program that runs now, and with it this one: after what `finally` removes.
process.on('SIGINT', () => (process.exitCode = 130));

try {
  main();
} catch (error) {
  if (!(error instanceof Refused)) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  } else {
    console.error(`error: no release\n${error.problems.map((problem) => `  ${problem}\n`).join('')}`.trimEnd());
    process.exitCode = 3;
  }
}
