import { gunzipSync } from 'node:zlib';
import { cloudConfigOf } from './cloud-init-schema.js';

interface WriteFile {
  path: string;
  content?: string;
  encoding?: string;
}

/** Path → text of the files that cloud-init would write from a user-data text. */
export function writtenFiles(userData: string): Map<string, string> {
  const files = (cloudConfigOf(userData)['write_files'] ?? []) as WriteFile[];
  return new Map(files.map((file) => [file.path, decode(file.content ?? '', file.encoding ?? '')]));
}

function decode(content: string, encoding: string): string {
  if (encoding.startsWith('gz')) return gunzipSync(Buffer.from(content, 'base64')).toString('utf8');
  return /^(b64|base64)$/.test(encoding) ? Buffer.from(content, 'base64').toString('utf8') : content;
}
