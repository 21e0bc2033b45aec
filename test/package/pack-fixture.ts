import { rmSync } from 'node:fs';
import { emptyFolder, PACKED_VARIABLE, ROOT, runs } from './support.js';

// mocha loads this with `--require`.

/** Packs the build that is there, once for all tests. */
export function mochaGlobalSetup(): void {
  const folder = emptyFolder();
  process.env[PACKED_VARIABLE] = folder;
  runs(ROOT, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
  runs(ROOT, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder, '--workspace', 'lab']);
}

export function mochaGlobalTeardown(): void {
  rmSync(process.env[PACKED_VARIABLE]!, { recursive: true, force: true });
}
