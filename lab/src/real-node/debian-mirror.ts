import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';

/** Where this machine gets Debian from. */
export interface DebianMirror {
  /** The archive, e.g. `http://mirror.example/debian`; no slash at its end. */
  main: string;
  /** The archive of security updates. */
  security: string;
}

/** `EDGE_VM_DEBIAN_MIRROR`, else apt's source on this machine. On another distribution the variable is required. */
export async function debianMirror(env: NodeJS.ProcessEnv): Promise<DebianMirror> {
  const given = env.EDGE_VM_DEBIAN_MIRROR;
  const main = given ? given : mainArchive(await runProgram(['apt-get', 'indextargets', '--format', '$(REPO_URI) $(ORIGIN) $(CODENAME)', 'Created-By: Packages']));
  if (main === undefined) {
    throw new EdgeVmError('missing-prerequisite', 'apt on this machine knows no Debian source, which the guest image is made from', {
      // apt knows the origin of a source only from its package lists.
      hint: 'Run apt-get update, or set EDGE_VM_DEBIAN_MIRROR to a mirror of Debian, e.g. your site\'s.',
    });
  }
  const trimmed = main.replace(/\/+$/, '');
  return { main: trimmed, security: trimmed.replace(/\/debian$/, '/debian-security') };
}

/** The first archive with origin Debian, from lines of `URI ORIGIN CODENAME`. */
export function mainArchive(targets: string): string | undefined {
  const lines = targets.split('\n').map((line) => line.trim().split(' '));
  return lines.find(([, origin, codename]) => origin === 'Debian' && !/-(security|updates|backports)/.test(codename ?? ''))?.[0];
}
