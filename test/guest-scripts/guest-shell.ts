import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout; compiled tests run from dist/test/guest-scripts. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const GUEST = join(ROOT, 'cloud-init/guest');

export interface ShellResult {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Text of the file that stands for the console. */
  console: string;
}

/**
 * Runs a script in dash with the guest's libraries loaded, as an ordinary user could: state and console lie in a
 * temporary folder.
 */
export function guestShell(script: string, options: { env?: Record<string, string>; input?: string } = {}): ShellResult {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-sh-'));
  const prelude = [
    'set -u',
    `. ${GUEST}/lib/common.sh`,
    `STATE_DIR=${folder}/state RUN_DIR=${folder}/run ETC=${folder}/etc`,
    'mkdir -p "$STATE_DIR/done" "$RUN_DIR" "$ETC"',
    ...['record', 'apt', 'source', 'steps', 'evidence', 'report'].map((name) => `. ${GUEST}/lib/${name}.sh`),
    'STAGE=clock STATE=running ATTEMPT=1 CODE= MESSAGE= HEALTH= AGENT_CONNECTED=false AGENT_CODE= AGENT_MESSAGE=',
    'VERSION_ENGINE= VERSION_EDGE= VERSION_IDENTITY=',
    `CONSOLE=${folder}/console; : >"$CONSOLE"`,
  ].join('\n');
  try {
    const { status, output } = spawnSync('dash', ['-c', `${prelude}\n${script}\ncat "$CONSOLE" >&3`], {
      encoding: 'utf8',
      input: options.input ?? '',
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    return { status, stdout: output[1] ?? '', stderr: output[2] ?? '', console: output[3] ?? '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
