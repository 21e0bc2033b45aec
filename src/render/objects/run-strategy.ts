import { mappingAt, templateProblem } from './editing.js';
import type { Manifest } from './editing.js';

/**
 * Whether the machine runs, always as `runStrategy`. `running` is its deprecated form. KubeVirt refuses both together, and
 * `virtctl` writes the one that is present.
 */
export function setRunStrategy(manifest: Manifest): void {
  const spec = mappingAt(manifest, 'spec');
  const { running } = spec;
  if (running === undefined || running === null) {
    delete spec['running'];
    spec['runStrategy'] ??= 'Always';
    return;
  }
  if (spec['runStrategy'] !== undefined && spec['runStrategy'] !== null) throw templateProblem(manifest, 'spec.running and spec.runStrategy must not both be present: they say the same');
  if (typeof running !== 'boolean') throw templateProblem(manifest, 'spec.running must be true or false');
  delete spec['running'];
  spec['runStrategy'] = running ? 'Always' : 'Halted';
}
