import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface GpgKey {
  home: string;
  fingerprint: string;
  armoured: string;
}

function gpg(home: string, args: string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('gpg', ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`gpg ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A throw-away key pair in a home of its own. */
export function makeKey(folder: string, name: string, algorithm: string): GpgKey {
  const home = join(folder, `gpg-${name}`);
  mkdirSync(home, { mode: 0o700 });
  gpg(home, ['--quick-generate-key', name, algorithm, 'sign', 'never']);
  const listing = gpg(home, ['--list-keys', '--with-colons']);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)![1]!;
  const armoured = gpg(home, ['--armor', '--export']);
  return { home, fingerprint, armoured };
}

/** The text, clear-signed as an InRelease file is. */
export function clearSign(key: GpgKey, text: string): string {
  return gpg(key.home, ['--clearsign', '--output', '-'], text);
}

/** Ends the agent that gpg started for the key. */
export function stopAgent(key: GpgKey): void {
  spawnSync('gpgconf', ['--homedir', key.home, '--kill', 'all']);
}
