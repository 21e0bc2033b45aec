import type { Fleet } from '../../fleet/index.js';
import type { Problem } from '../../support/errors.js';
import { text } from '../flags/group.js';
import type { Invocation } from '../run/action.js';

/** Problems of flags that read standard input at the same time. */
export function stdinProblems({ values }: Invocation, files: readonly string[]): Problem[] {
  return files.includes('-') && text(values, 'hubConnectionStringFile') === '-' ? [{ kind: 'conflict', field: '-f, --hub-connection-string-file', message: 'only one of them can read standard input' }] : [];
}

/** Reads the devices of all files; their warnings are printed. Throws InvalidInputError with all problems. */
export async function readFleet({ session, values }: Invocation, files: readonly string[], options: { withoutSecrets?: boolean } = {}): Promise<Fleet> {
  const { loadFleet } = await session.deps.fleet();
  const [template, namespace] = [text(values, 'template'), text(values, 'namespace')];
  const fleet = await loadFleet(files, session.text, {
    ...options,
    ...(template === undefined ? {} : { template }),
    ...(namespace === undefined ? {} : { namespace }),
    onSecret: (secret) => session.redactor.hide(secret),
  });
  const { note, style } = session.printer;
  for (const warning of fleet.warnings) note(`${style.yellow('warning:')} ${warning}`);
  return fleet;
}
