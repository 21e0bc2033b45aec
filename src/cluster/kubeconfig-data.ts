import { readFileSync } from 'node:fs';
import { EdgeVmError } from '../support/errors.js';
import type { Fields } from './kubeconfig-fields.js';

/** PEM of `name`: from `name-data` in base64, else from the file; and whether it comes from a file. Throws `cluster-unauthorized` for a file that cannot be read. */
export function dataOrFile(holder: Fields, name: string): [pem: string | undefined, ofFile: boolean] {
  const data = holder.text(`${name}-data`);
  if (data !== undefined) return [Buffer.from(data, 'base64').toString('utf8'), false];
  const file = holder.text(name);
  return file === undefined ? [undefined, false] : [readNamed(file), true];
}

/** Text of a file that a kubeconfig names. */
export function readNamed(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new EdgeVmError('cluster-unauthorized', `cannot read ${file} (${code})`, { hint: 'Check the user and the cluster of this context in the kubeconfig' });
  }
}
