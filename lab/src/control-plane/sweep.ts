import { readdirSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processIds } from './proc.js';
import { labsOnThisMachine } from './processes.js';

/** A folder of the cache that nobody asked for in this time may go. */
const keepMs = 24 * 3_600_000;

/**
 * Says that a folder `<kind>-<key>` of the cache is used now, and removes others of its kind that nobody has used for a
 * day and no lab that is up uses. The time of a folder itself is the mark of its use.
 */
export async function sweepSiblings(folder: string, inUse: () => string = namesInUse): Promise<void> {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
    const kind = basename(folder).replace(/-[0-9a-f]{16}$/, '');
    const old = readdirSync(dirname(folder))
      // `.new` is what a maker that was killed left, `.gone` what a remover did.
      .filter((name) => name.startsWith(`${kind}-`) && /^-[0-9a-f]{16}(\.new|\.gone)?$/.test(name.slice(kind.length)))
      .map((name) => join(dirname(folder), name))
      .filter((path) => path !== folder && now.getTime() - statSync(path).mtimeMs > keepMs);
    if (old.length === 0) return;
    const used = inUse();
    for (const path of old.filter((one) => !used.includes(`${one}/`))) {
      // Under its own name there is never half a folder.
      const gone = `${path.replace(/\.(new|gone)$/, '')}.gone`;
      if (path !== gone) renameSync(path, gone);
      await rm(gone, { recursive: true, force: true });
    }
  } catch {
    // Another command removes them too, or they belong to somebody else: the lab can do without the space.
  }
}

/** Everything that names files in use: all processes' arguments, and what labs that are up wrote of their real node. */
function namesInUse(): string {
  const labs = labsOnThisMachine().map((state) => textOf(join(state, 'real-node', 'real-node.json')));
  const commands = processIds().map((pid) => textOf(`/proc/${pid}/cmdline`));
  return [...labs, ...commands].join('\n');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
