import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const image = join(dirname(fileURLToPath(import.meta.url)), '../../../../packaging/image');

interface Descriptor { digest: string; size: number; annotations?: Record<string, string> }

describe('packaging/image/oci.mjs', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-oci-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Three small folders for the Containerfile; the files are made in this order and at this time. */
  function context(name: string, files: readonly string[], time: Date): string {
    const path = join(folder, name);
    for (const file of files) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), `content of ${file}`);
      chmodSync(join(path, file), 0o644);
      utimesSync(join(path, file), time, time);
    }
    return path;
  }

  function build(from: string, out: string, containerfile = join(image, 'Containerfile'), created = '1700000000'): { status: number | null; stdout: string; stderr: string } {
    const args = ['--containerfile', containerfile, '--context', from, '--out', out, '--arch', 'arm64', '--created', created, '--name', 'edge-vm:1.2.3', '--arg', 'VERSION=1.2.3', '--arg', 'REVISION=abc'];
    return spawnSync(process.execPath, [join(image, 'oci.mjs'), ...args], { encoding: 'utf8' });
  }

  const files = ['debian/etc/passwd', 'debian/usr/lib/libc.so', 'node/usr/local/bin/node', 'edge-vm/usr/local/bin/edge-vm', 'edge-vm/a'];

  it('makes the same bytes from the same files, whatever their times and order', () => {
    const [one, two] = [join(folder, 'one.tar'), join(folder, 'two.tar')];
    const first = build(context('first', files, new Date(0)), one);
    assert.deepEqual([first.status, first.stderr], [0, '']);
    assert.match(first.stdout, /^edge-vm:1\.2\.3 linux\/arm64 sha256:[0-9a-f]{64} /);
    assert.equal(build(context('second', files.toReversed(), new Date()), two).status, 0);
    assert.ok(readFileSync(one).equals(readFileSync(two)));
  });

  it('makes an image as the Containerfile says, whose digests are right', () => {
    const out = join(folder, 'look.tar');
    assert.equal(build(context('look', files, new Date(0)), out).status, 0);
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    assert.equal(spawnSync('tar', ['-xf', out, '-C', unpacked]).status, 0);
    const read = ({ digest, size }: Descriptor): Buffer => {
      const bytes = readFileSync(join(unpacked, 'blobs', digest.replace(':', '/')));
      assert.deepEqual([`sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes.length], [digest, size]);
      return bytes;
    };
    const index = JSON.parse(readFileSync(join(unpacked, 'index.json'), 'utf8')) as { manifests: [Descriptor] };
    assert.equal(index.manifests[0].annotations?.['org.opencontainers.image.ref.name'], '1.2.3');
    const manifest = JSON.parse(read(index.manifests[0]).toString()) as { config: Descriptor; layers: Descriptor[] };
    const { config, rootfs, architecture } = JSON.parse(read(manifest.config).toString()) as { architecture: string; config: { User: string; Entrypoint: string[]; Labels: Record<string, string> }; rootfs: { diff_ids: string[] } };
    assert.deepEqual([architecture, config.User, config.Entrypoint], ['arm64', '65532:65532', ['/usr/local/bin/edge-vm']]);
    assert.equal(config.Labels['org.opencontainers.image.version'], '1.2.3');
    assert.equal(config.Labels['org.opencontainers.image.created'], '2023-11-14T22:13:20Z');
    assert.equal(rootfs.diff_ids.length, 3);
    const names = manifest.layers.map((layer) => spawnSync('tar', ['-tz'], { input: read(layer), encoding: 'utf8' }).stdout.split('\n'));
    assert.deepEqual([names[0]?.includes('./etc/passwd'), names[1]?.includes('./usr/local/bin/node'), names[2]?.includes('./a')], [true, true, true]);
  });

  it('refuses what it does not know, by its line', () => {
    const from = context('refused', files, new Date(0));
    const file = join(folder, 'Containerfile');
    for (const line of ['RUN apt-get update', 'FROM debian:trixie', 'COPY --chown=1 debian/ /', 'COPY debian/ /x', 'LABEL a="$NONE"', 'HEALTHCHECK NONE']) {
      writeFileSync(file, `FROM scratch\n${line}\n`);
      const { status, stderr } = build(from, join(folder, 'no.tar'), file);
      assert.equal(status, 1, line);
      assert.match(stderr, line.startsWith('LABEL') ? /^error: no ARG NONE$/m : new RegExp(`does not know: ${line.replaceAll('/', String.raw`\/`)}$`, 'm'));
    }
  });
});

describe('packaging/image/build.sh', () => {
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(join(image, 'build.sh'), args, { encoding: 'utf8' });

  it('prints its help in 80 columns, and names every problem of a command line', () => {
    const help = run('--help');
    assert.equal(help.status, 0);
    assert.ok(help.stdout.split('\n').every((line) => line.length <= 80));
    const wrong = run('--arch', 'mips', '--frob');
    assert.equal(wrong.status, 2);
    for (const words of ['--arch: must be amd64 or arm64, got mips', '--frob: unknown flag', 'OUT.tar: is missing']) assert.ok(wrong.stderr.includes(words), wrong.stderr);
    assert.equal(run('a.tar', '--context', 'b').status, 2);
  });
});
