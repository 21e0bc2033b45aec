import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { cacheFolder } from '../../helpers/cache-folder.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A file of the repository. */
export function repositoryFile(...parts: string[]): string {
  return join(root, ...parts);
}

export const MANIFESTS = ['kubevirt-operator.yaml', 'kubevirt-cr.yaml', 'cdi-operator.yaml', 'cdi-cr.yaml'] as const;

/**
 * Folder with the manifests that KubeVirt's and CDI's own generators make from the pinned Go modules. They are made once; the
 * key covers all that they depend on.
 */
export async function rebuiltManifests(): Promise<string> {
  const recipe = ['rebuild.sh', 'rebuild/go.mod', 'rebuild/go.sum', 'rebuild/tools.go'].map((file) => readFileSync(repositoryFile('test', 'kubevirt-install', file)));
  const key = createHash('sha256').update(Buffer.concat(recipe)).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), `kubevirt-manifests-${key}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await execa(repositoryFile('test', 'kubevirt-install', 'rebuild.sh'), [unfinished], { stderr: 'inherit' });
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another process was faster, with the same files.
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A copy in which KubeVirt has another version; gives the flags with its checksums too. */
export async function otherKubeVirt(manifests: string, folder: string, version: string): Promise<{ folder: string; flags: string[] }> {
  await mkdir(folder, { recursive: true });
  const flags = ['--kubevirt-version', version];
  for (const name of MANIFESTS) {
    const text = (await readFile(join(manifests, name), 'utf8')).replaceAll('v1.8.2', version);
    await writeFile(join(folder, name), text);
    if (name.startsWith('kubevirt')) flags.push('--sha256', `${name}=${sha256(text)}`);
  }
  return { folder, flags };
}
