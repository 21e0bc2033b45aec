import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerIdentity {
  key: string;
  /** Self-signed: its own CA. */
  cert: string;
}

/** A fresh certificate for a host name; a stored one would run out some day. */
export function certificateFor(hostname: string): ServerIdentity {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-tls-'));
  try {
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${hostname}`,
      '-addext', `subjectAltName=DNS:${hostname}`, '-keyout', join(folder, 'key'), '-out', join(folder, 'cert'),
    ], { stdio: 'ignore' });
    return { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
