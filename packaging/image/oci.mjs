// Builds an OCI image archive from a Containerfile, without a container engine. It knows the few instructions that an image
// without a shell needs (no RUN), and refuses the others. The same files give the same bytes, on every machine.
//   node oci.mjs --containerfile FILE --context FOLDER --out OUT.tar --arch ARCH --created SECONDS --name NAME:TAG [--arg KEY=VALUE]...
// Format: https://github.com/opencontainers/image-spec
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    containerfile: { type: 'string' }, context: { type: 'string' }, out: { type: 'string' }, arch: { type: 'string' },
    created: { type: 'string' }, name: { type: 'string' }, arg: { type: 'string', multiple: true, default: [] },
  },
});

/** The instructions: comments and line ends removed, `\` at the end of a line joins it with the next one. */
function instructions(text) {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line)).join('\n').replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '').map((line) => ({ line, name: line.split(' ', 1)[0].toUpperCase(), rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

/** `KEY=VALUE KEY="VALUE WITH BLANKS"` as entries, with `$NAME` replaced. */
function entries(rest, args) {
  return [...rest.matchAll(/([\w./-]+)=(?:"([^"]*)"|(\S*))/g)].map(([, key, quoted, plain]) => [key, filled(quoted ?? plain, args)]);
}

function filled(text, args) {
  return text.replaceAll(/\$\{?(\w+)\}?/g, (_, name) => {
    if (!args.has(name)) throw new Error(`no ARG ${name}`);
    return args.get(name);
  });
}

/** What the Containerfile says: the folders of the layers, and the configuration of the image. */
function read(text, given) {
  const args = new Map();
  const layers = [];
  const config = { User: '', Env: [], Entrypoint: [], WorkingDir: '/', Labels: {} };
  for (const { line, name, rest } of instructions(text)) {
    const [first, second, ...more] = rest.split(/\s+/);
    if (name === 'FROM' && rest === 'scratch') continue;
    else if (name === 'ARG') args.set(first.split('=')[0], given.get(first.split('=')[0]) ?? first.split('=')[1]);
    else if (name === 'COPY' && second === '/' && more.length === 0 && /^[\w-]+\/$/.test(first)) layers.push({ folder: first, line });
    else if (name === 'ENV') config.Env.push(...entries(rest, args).map(([key, value]) => `${key}=${value}`));
    else if (name === 'LABEL') Object.assign(config.Labels, Object.fromEntries(entries(rest, args)));
    else if (name === 'USER') config.User = rest;
    else if (name === 'WORKDIR') config.WorkingDir = rest;
    else if (name === 'ENTRYPOINT') config.Entrypoint = JSON.parse(rest);
    else throw new Error(`${flags.containerfile}: this build does not know: ${line}`);
  }
  return { config, layers };
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Writes a blob; gives its descriptor. */
function blob(folder, mediaType, bytes) {
  const digest = sha256(bytes);
  writeFileSync(join(folder, 'blobs/sha256', digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}

// GNU tar: owner, times and order of the files on this machine make no difference.
const tarOptions = ['--format=gnu', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

/** One layer, with the content of a folder. */
function layer(work, folder) {
  const tar = join(work, 'layer.tar');
  execFileSync('tar', [...tarOptions, '-cf', tar, '-C', folder, '.']);
  const bytes = readFileSync(tar);
  const packed = openSync(`${tar}.gz`, 'w');
  execFileSync('gzip', ['-n', '-6', '-c', tar], { stdio: ['ignore', packed, 'inherit'] });
  closeSync(packed);
  return { diffId: `sha256:${sha256(bytes)}`, bytes: readFileSync(`${tar}.gz`), unpacked: bytes.length };
}

/** Fills the folder of the archive; gives the digest of the image, and its sizes in bytes. */
function writeImage(folder, work) {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const created = new Date(Number(flags.created) * 1000).toISOString().replace('.000Z', 'Z');
  const given = new Map([['CREATED', created], ...flags.arg.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])]);
  const { config, layers } = read(readFileSync(flags.containerfile, 'utf8'), given);
  const made = layers.map(({ folder: name, line }) => ({ line, ...layer(work, join(flags.context, name)) }));
  const image = {
    created, architecture: flags.arch, os: 'linux', config,
    rootfs: { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) },
    history: made.map(({ line }) => ({ created, created_by: line })),
  };
  const type = 'application/vnd.oci.image';
  const configBlob = blob(folder, `${type}.config.v1+json`, Buffer.from(JSON.stringify(image)));
  const layerBlobs = made.map(({ bytes }) => blob(folder, `${type}.layer.v1.tar+gzip`, bytes));
  const manifest = blob(folder, `${type}.manifest.v1+json`, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: `${type}.manifest.v1+json`, config: configBlob, layers: layerBlobs, annotations: config.Labels })));
  const [, tag] = flags.name.split(':');
  const annotations = { 'org.opencontainers.image.ref.name': tag, 'io.containerd.image.name': `docker.io/library/${flags.name}` };
  const index = { schemaVersion: 2, mediaType: `${type}.index.v1+json`, manifests: [{ ...manifest, platform: { architecture: flags.arch, os: 'linux' }, annotations }] };
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  // For `docker load` of versions before 25, which read no OCI archive.
  const path = ({ digest }) => `blobs/${digest.replace(':', '/')}`;
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: path(configBlob), RepoTags: [flags.name], Layers: layerBlobs.map(path) }]));
  return { digest: manifest.digest, packed: layerBlobs.reduce((sum, { size }) => sum + size, 0), unpacked: made.reduce((sum, { unpacked }) => sum + unpacked, 0) };
}

const out = resolve(flags.out);
mkdirSync(dirname(out), { recursive: true });
const work = mkdtempSync(`${out}.work-`);
try {
  const folder = join(work, 'archive');
  const { digest, packed, unpacked } = writeImage(folder, work);
  execFileSync('tar', [...tarOptions, '-cf', join(work, 'out.tar'), '-C', folder, 'blobs', 'index.json', 'manifest.json', 'oci-layout']);
  renameSync(join(work, 'out.tar'), out);
  const mega = (bytes) => (bytes / 1e6).toFixed(1);
  console.log(`${flags.name} linux/${flags.arch} ${digest} ${mega(packed)} MB compressed, ${mega(unpacked)} MB unpacked`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
