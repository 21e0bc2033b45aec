import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';

/** Something that a registry serves by its digest. */
export interface Blob {
  mediaType: string;
  digest: string;
  bytes: Buffer;
}

export interface Image {
  manifest: Blob;
  /** Configuration and layer. */
  blobs: Blob[];
}

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * An image with one layer and nothing to run: the folders and links into which the stand-in mounts the guest's own
 * python (https://github.com/opencontainers/image-spec).
 */
export async function makeImage(architecture = 'amd64'): Promise<Image> {
  const tar = await emptyRoot();
  const layer = blob('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar));
  const config = json('application/vnd.oci.image.config.v1+json', {
    created: '2026-01-01T00:00:00Z', architecture, os: 'linux', config: { Labels: { 'test.edge-vm.image': 'yes' } },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] }, history: [{ created: '2026-01-01T00:00:00Z' }],
  });
  const descriptor = ({ mediaType, digest, bytes }: Blob): object => ({ mediaType, digest, size: bytes.length });
  const type = 'application/vnd.oci.image.manifest.v1+json';
  return { manifest: json(type, { schemaVersion: 2, mediaType: type, config: descriptor(config), layers: [descriptor(layer)] }), blobs: [config, layer] };
}

async function emptyRoot(): Promise<Buffer> {
  const root = mkdtempSync(join(tmpdir(), 'edge-vm-image-'));
  try {
    chmodSync(root, 0o755);
    for (const name of ['bin', 'lib', 'lib64', 'sbin']) symlinkSync(`usr/${name}`, join(root, name));
    for (const name of ['run', 'tmp']) mkdirSync(join(root, name));
    const { stdout } = await execa('tar', ['-C', root, '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '-c', '.'], { encoding: 'buffer' });
    return Buffer.from(stdout);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function json(mediaType: string, value: unknown): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(value)));
}

function blob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, digest: digestOf(bytes), bytes };
}
