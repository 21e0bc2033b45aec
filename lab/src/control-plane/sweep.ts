import { readdirSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processIds } from './proc.js';
import { labsOnThisMachine } from './processes.js';

/** A folder of the cache may go if nobody asked for it in this time. */
const keepMs = 24 * 3_600_000;

/**
 * Marks a folder `<kind>-<key>` of the cache as used now. Removes other folders of the same kind if nobody has used them
 * for a day and no running lab uses them. The modification time of a folder is the mark of its last use.
 */
export async function sweepSiblings(folder: string, inUse: () => string = namesInUse): Promise<void> {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
    const kind = basename(folder).replace(/-[0-9a-f]{16}$/, '');
    const old = readdirSync(dirname(folder))
      // `.new` is from a process that was killed while it made the folder, `.gone` from one that was killed while it removed it.
      .filter((name) => name.startsWith(`${kind}-`) && /^-[0-9a-f]{16}(\.new|\.gone)?$/.test(name.slice(kind.length)))
      .map((name) => join(dirname(folder), name))
      .filter((path) => path !== folder && now.getTime() - statSync(path).mtimeMs > keepMs);
    if (old.length === 0) return;
    const used = inUse();
    for (const path of old.filter((one) => !used.includes(`${one}/`))) {
      // A folder has its own name only while it is whole.
      const gone = `${path.replace(/\.(new|gone)$/, '')}.gone`;
      if (path !== gone) renameSync(path, gone);
      await rm(gone, { recursive: true, force: true });
    }
  } catch {
    // Another command removes them too, or they belong to another user. That only costs disk space.
  }
}

/** All texts that name files in use: the arguments of all processes, and the records of the real nodes of running labs. */
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
