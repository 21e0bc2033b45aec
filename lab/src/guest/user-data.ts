import { gunzipSync } from 'node:zlib';
import { load } from 'js-yaml';

/** A file that cloud-init's write_files would write. */
export interface WrittenFile {
  path: string;
  content: string;
  permissions?: string;
}

export type UserData =
  | { ok: true; hostname: string | undefined; files: Map<string, WrittenFile>; commands: string[] }
  /** What cloud-init would say on the console. In this case nothing of the user-data takes effect. */
  | { ok: false; message: string };

interface CloudConfig {
  hostname?: string;
  write_files?: { path: string; content?: string; encoding?: string; permissions?: string }[];
  bootcmd?: (string | string[])[];
  runcmd?: (string | string[])[];
}

/** Reads user-data as cloud-init would: header, YAML, encodings of write_files, commands. */
export function readUserData(text: string): UserData {
  if (!text.startsWith('#cloud-config')) return { ok: false, message: 'Unhandled non-multipart (text/x-not-multipart) userdata' };
  let config: CloudConfig;
  try {
    config = load(text) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    return { ok: false, message: `Failed loading yaml blob. Invalid format: ${reason}` };
  }
  const files = new Map<string, WrittenFile>();
  for (const file of config.write_files ?? []) {
    files.set(file.path, {
      path: file.path,
      content: decode(file.content ?? '', file.encoding),
      ...(file.permissions === undefined ? {} : { permissions: file.permissions }),
    });
  }
  const commands = [...(config.bootcmd ?? []), ...(config.runcmd ?? [])].map((c) => (Array.isArray(c) ? c.join(' ') : c));
  return { ok: true, hostname: config.hostname, files, commands };
}

function decode(content: string, encoding = 'text/plain'): string {
  const kind = encoding.toLowerCase();
  if (['b64', 'base64'].includes(kind)) return Buffer.from(content, 'base64').toString('utf8');
  if (['gz+b64', 'gz+base64', 'gzip+b64', 'gzip+base64'].includes(kind)) return gunzipSync(Buffer.from(content, 'base64')).toString('utf8');
  return content;
}
