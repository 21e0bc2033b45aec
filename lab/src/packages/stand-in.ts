import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../control-plane/install/command.js';
import { packageFile } from '../control-plane/paths.js';
import { sweepSiblings } from '../control-plane/sweep.js';
import { keyOf, makeFolder } from '../real-node/cached.js';

/** The unmodified SDK of the stand-in's agent. */
const sdk = 'azure-iot-device==2.14.0';

/** The versions of the stand-in packages. The tests check that the later one is not installed. */
const versions = ['1.6.0-1', '1.6.1-1'];

/** Makes the stand-in packages if the cache has none; returns their folder. */
export async function makeStandIns(cache: string, signal: AbortSignal | undefined): Promise<string> {
  const folder = join(cache, `stand-in-${keyOf(sources(packageFile('stand-in')), sdk, ...versions)}`);
  await makeFolder(folder, async (unfinished) => {
    const wheels = join(unfinished, 'wheels');
    await runProgram(['python3', '-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--wheel-dir', wheels, sdk], { signal });
    for (const version of versions) await runProgram([packageFile('stand-in', 'build.sh'), unfinished, version, wheels], { signal });
  }, signal);
  await sweepSiblings(folder);
  return folder;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
