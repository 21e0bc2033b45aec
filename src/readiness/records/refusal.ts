import { cleanText } from '../../identity/index.js';

/**
 * cloud-init's messages on the console if it ignores the whole user-data: it is no YAML, has no header that cloud-init
 * knows, or cannot be merged (`cloudinit/util.py`, `cloudinit/handlers`, `cloudinit/config/schema.py`).
 * Other messages of its schema are about one module only, and do not count.
 */
const refusals = /Failed loading yaml blob.*|Unhandled non-multipart \([^)]*\) userdata|Failed at merging in cloud config part.*|cloud[- ]config schema errors: format-l\d+.*|needs to begin with "#cloud-config".*/i;

/** The refusal in a line of the guest's console, safe to show, without quotes of the user-data itself. */
export function findRefusal(line: string): string | undefined {
  const found = refusals.exec(line)?.[0];
  if (found === undefined) return undefined;
  // A long quote may be from the user-data, and that may have secrets.
  return cleanText(found.replace(/(?:\b[bu])?'[^']{3,}.*$/, '…'), { max: 200 });
}
