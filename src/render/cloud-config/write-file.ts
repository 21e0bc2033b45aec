import { Buffer } from 'node:buffer';
import type { WriteFile } from './types.js';

/**
 * An entry of `write_files`, owned by root: cloud-init writes before it installs packages. If the owner does not exist
 * yet, the module stops, and all later files are missing. The content is base64, so that no YAML reader changes a byte.
 */
export function writeFile(path: string, content: string, permissions = '0644'): WriteFile {
  return { path, owner: 'root:root', permissions, encoding: 'b64', content: Buffer.from(content, 'utf8').toString('base64') };
}
