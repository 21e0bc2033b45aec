import { cleanText } from '../../identity/index.js';

/**
 * What cloud-init says on the console where nothing of the user-data takes effect: it is no YAML, has no header that
 * cloud-init knows, or cannot be merged (`cloudinit/util.py`, `cloudinit/handlers`, `cloudinit/config/schema.py`).
 * Other complaints of its schema leave out one module only, and are none.
 */
const refusals = /Failed loading yaml blob.*|Unhandled non-multipart \([^)]*\) userdata|Failed at merging in cloud config part.*|cloud[- ]config schema errors: format-l\d+.*|needs to begin with "#cloud-config".*/i;

/** The refusal in a line of the guest's console, fit to be shown; what it quotes of the user-data itself is left out. */
export function findRefusal(line: string): string | undefined {
  const found = refusals.exec(line)?.[0];
  if (found === undefined) return undefined;
  // What is quoted at length may be of the user-data, with whatever secret is in there.
  return cleanText(found.replace(/(?:\b[bu])?'[^']{3,}.*$/, '…'), { max: 200 });
}
