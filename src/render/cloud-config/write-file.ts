import { Buffer } from 'node:buffer';
import type { WriteFile } from './types.js';

/**
 * An entry of `write_files`, owned by root: cloud-init writes before any package is there, and a name of an owner
 * that does not exist yet ends the module, with all files that follow. Base64, so that no byte of the content meets
 * a YAML reader.
 */
export function writeFile(path: string, content: string, permissions = '0644'): WriteFile {
  return { path, owner: 'root:root', permissions, encoding: 'b64', content: Buffer.from(content, 'utf8').toString('base64') };
}
