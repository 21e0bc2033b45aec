import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EdgeVmError } from 'edge-vm';

const run = promisify(execFile);

// From this version on, Go itself fetches a newer toolchain if a go.mod asks for it.
const selfUpdatingSince = '1.21';

/** The platform that the lab can run on. */
export function requireLinux(platform: NodeJS.Platform = process.platform, arch: string = process.arch): void {
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return;
  throw new EdgeVmError('missing-prerequisite', `the lab runs on Linux on amd64 or arm64, not on ${platform} ${arch}`, {
    hint: 'Use a Linux machine or VM; everything but `edge-vm lab` works here too.',
  });
}

/** Version of the Go toolchain on the PATH (`1.26.8`). Throws if it cannot build these modules. */
export async function requireGo(moduleFolders: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const wanted = moduleFolders.map(goDirective).sort(compareVersions).at(-1)!;
  const hint = `Install Go ${wanted} or newer (https://go.dev/dl/), so that \`go\` is on the PATH.`;
  let output: string;
  try {
    // Not in the folder of a module: there Go might fetch a toolchain before it prints its version.
    output = (await run('go', ['env', 'GOVERSION'], { env: { ...env, GOTOOLCHAIN: 'local' }, cwd: '/' })).stdout;
  } catch (cause) {
    throw new EdgeVmError('missing-prerequisite', 'Go is not installed; the lab builds its control plane with it', { hint, cause });
  }
  const version = /go(\d+(?:\.\d+)*)/.exec(output)?.[1] ?? '0';
  const mayUpdate = env.GOTOOLCHAIN !== 'local' && compareVersions(version, selfUpdatingSince) >= 0;
  if (compareVersions(version, wanted) < 0 && !mayUpdate) {
    throw new EdgeVmError('missing-prerequisite', `Go ${version} is too old to build the lab's control plane`, { hint });
  }
  return version;
}

/** Numeric comparison of dotted versions. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function goDirective(folder: string): string {
  return /^go (\d+(?:\.\d+)*)/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1] ?? '1.21';
}
