import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where edge-vm keeps what it builds and fetches, as in scripts/lib.sh. Tests keep there what takes long to make. */
export function cacheFolder(): string {
  return process.env['EDGE_VM_CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'edge-vm');
}
