import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// This file runs from dist/test/integration/harness.
const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The command under test. */
export const EDGE_VM = join(root, 'bin', 'edge-vm');

/** A file of the repository. */
export function repositoryFile(...parts: string[]): string {
  return join(root, ...parts);
}
