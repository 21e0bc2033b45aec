import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The forms in which a secret is searched: as it is, in URLs, in JSON, and inside Base64 (also Base64 in Base64). */
export function holds(text: string, secret: string, depth = 3): boolean {
  const forms = [secret, encodeURIComponent(secret), secret.replaceAll('/', String.raw`\/`), secret.replace(/=+$/, '')];
  if (forms.some((form) => text.includes(form))) return true;
  if (depth === 0) return false;
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)) {
    // A run may begin in the middle of a group of four.
    for (const from of [0, 1, 2, 3]) {
      const decoded = Buffer.from(run.slice(from), 'base64').toString('latin1');
      if (decoded.includes(secret) || (from === 0 && isText(decoded) && holds(decoded, secret, depth - 1))) return true;
    }
  }
  return false;
}

function isText(text: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(text.slice(0, 200));
}

/** Paths in a value whose text contains the secret. */
export function whereIn(value: unknown, secret: string, path = ''): string[] {
  if (typeof value === 'string') return holds(value, secret) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(holds(key, secret) ? [`${path}.${key} (name)`] : []), ...whereIn(inner, secret, `${path}.${key}`)]);
}

/** Files under a folder that hold the secret. */
export async function filesWith(folder: string, secret: string, skip: (path: string) => boolean = () => false): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (skip(path)) continue;
    if (entry.isDirectory()) found.push(...(await filesWith(path, secret, skip)));
    else if (entry.isFile() && (await stat(path)).size < 50_000_000 && holds(await readFile(path, 'latin1'), secret)) found.push(path);
  }
  return found;
}

/** Reads the arguments of every process of this machine until it is stopped; returns those with the secret. */
export function watchArguments(secret: string): { stop: () => Promise<{ looks: number; found: string[] }> } {
  const stopping = new AbortController();
  let looks = 0;
  const found = new Set<string>();
  const done = (async () => {
    while (!stopping.signal.aborted) {
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const text = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
        if (text.includes(secret)) found.add(text.replaceAll('\0', ' '));
      }
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await done;
      return { looks, found: [...found] };
    },
  };
}
