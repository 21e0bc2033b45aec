import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followedHubs } from '../../../src/cli/context/hub-files.js';
import { defaultDeps } from '../../../src/cli/run/deps.js';
import { makeSession } from '../../../src/cli/run/session.js';
import type { Hub, HubBulk } from '../../../src/hub/types.js';
import type { SecretValue } from '../../../src/identity/secret.js';
import { EdgeVmError } from '../../../src/support/errors.js';

const keyOf = (letter: string): string => Buffer.alloc(32, letter).toString('base64');
const stringOf = (letter: string, hub = 'hub.example.net'): string => `HostName=${hub};SharedAccessKeyName=service;SharedAccessKey=${keyOf(letter)}\n`;

/** A folder as the kubelet mounts a Secret: the file is a link into `..data`, which is a link that a rename replaces. */
function mounted(): { file: string; put: (text: string) => void; close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-hub-'));
  let count = 0;
  const put = (text: string): void => {
    count += 1;
    mkdirSync(join(folder, `..${count}`));
    writeFileSync(join(folder, `..${count}`, 'connection-string'), text);
    symlinkSync(`..${count}`, join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
  };
  put(stringOf('a'));
  const file = join(folder, 'connection-string');
  symlinkSync(join('..data', 'connection-string'), file);
  return { file, put, close: () => rmSync(folder, { recursive: true }) };
}

/** Follows one file; each step of `steps` comes before another look. */
async function followed(steps: readonly ((file: ReturnType<typeof mounted>) => void)[], refused: readonly string[] = []) {
  const place = mounted();
  const stop = new AbortController();
  const lines: string[] = [];
  const seen: string[] = [];
  let renewed = 0;
  let current: () => SecretValue = () => assert.fail('not connected');
  let look = 0;
  const io = {
    stdin: { async *[Symbol.asyncIterator]() { yield ''; } }, stdout: { write: () => true }, stderr: { write: () => true }, env: {}, now: () => 0,
    sleep: async () => {
      if (look > 0) seen.push(letterIn(current()));
      if (look === steps.length) return stop.abort();
      steps[look]!(place);
      look += 1;
    },
    signal: stop.signal, programName: 'edge-vm', cwd: '/', edit: async () => 1,
  };
  const connectHub = async ({ connectionString }: { connectionString?: unknown }): Promise<Hub & HubBulk> => {
    if (typeof connectionString === 'function') current = connectionString as () => SecretValue;
    return {
      close: () => undefined,
      async *allEdgeAgents() {
        if (refused.includes(letterIn(connectionString as SecretValue))) throw new EdgeVmError('unauthorized', 'the hub refuses the credential', { details: { status: 401 } });
        yield [];
      },
    } as unknown as Hub & HubBulk;
  };
  const session = makeSession(io, { ...defaultDeps, hub: async () => ({ ...(await defaultDeps.hub()), connectHub }) });
  try {
    const hubs = await followedHubs(session, { hubConnectionStringFile: [place.file] }, {});
    const log = (message: string, fields: Record<string, unknown>): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const why = await hubs.follow({ info: log, warn: log }, { signal: stop.signal, onRenewed: () => void (renewed += 1) });
    for (const letter of 'abc') for (const line of lines) assert.equal(line.includes(keyOf(letter)), false, 'no line has a key');
    return { why, lines, seen: seen.join(''), renewed };
  } finally {
    place.close();
  }
}

const letterIn = (text: SecretValue): string => Buffer.from(/SharedAccessKey=(.*)$/.exec(text.reveal().trim())![1]!, 'base64').toString('utf8')[0]!;
const nothing = (): void => undefined;

describe('the credentials of hubs in files', () => {
  it('are replaced when the kubelet replaces the content of a mounted Secret', async () => {
    const { seen, lines, renewed, why } = await followed([nothing, ({ put }) => put(stringOf('b')), nothing]);
    assert.equal(seen, 'abb');
    assert.equal(renewed, 1);
    assert.equal(why, undefined);
    assert.deepEqual(lines.map((line) => line.replace(/"file":"[^"]+"/, '"file":"…"')), ['uses the new credential of the hub {"hub":"hub.example.net","file":"…"}']);
  });

  it('stay as they are if the new content is bad, and one line says so', async () => {
    const { seen, lines, renewed } = await followed([({ put }) => put(`SharedAccessKey=${keyOf('b')}`), nothing, ({ put }) => put(''), ({ put }) => put(stringOf('c'))]);
    assert.equal(seen, 'aaac');
    assert.equal(renewed, 1);
    assert.equal(lines.length, 3, lines.join('\n'));
    assert.match(lines[0]!, /^cannot use the new content .*the old one stays .*HostName/);
    assert.match(lines[1]!, /is empty/);
  });

  it('stay as they are if the file is gone for a moment', async () => {
    const { seen, lines } = await followed([({ file }) => rmSync(file), nothing]);
    assert.equal(seen, 'aa');
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0]!, /cannot be read/);
  });

  it('stay as they are while the hub refuses the new one', async () => {
    const { seen, lines, renewed } = await followed([({ put }) => put(stringOf('b')), nothing], ['b']);
    assert.equal(seen, 'aa');
    assert.equal(renewed, 0);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^the hub refuses the new credential in the file: the old one stays/);
  });

  it('need a new start if a file is for another hub', async () => {
    const { why, lines } = await followed([({ put }) => put(stringOf('b', 'other.example.net')), nothing]);
    assert.match(why ?? '', /connection-string is now for hub other\.example\.net, and was for hub\.example\.net$/);
    assert.deepEqual(lines, []);
  });
});
