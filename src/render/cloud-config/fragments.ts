import { PARSED } from '../assets.generated.js';
import { isMapping } from '../../support/plain.js';
import type { CloudConfig } from './types.js';

/** A fragment of `cloud-init/`, e.g. `base` or `data-disk`, as data. */
export function fragment(name: string): CloudConfig {
  const path = `cloud-init/${name}.yaml`;
  const value = PARSED[path];
  if (!isMapping(value)) throw new Error(`${path} is missing or is not a mapping`);
  return value;
}
