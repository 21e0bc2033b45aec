import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EdgeCommand } from '../../../../src/cli/run/command.js';
import { defaultDeps } from '../../../../src/cli/run/deps.js';
import { buildProgram } from '../../../../src/cli/run/program.js';
import { makeSession } from '../../../../src/cli/run/session.js';
import { InvalidInputError, type TextIo } from '../../../../src/support/index.js';
import { loadSideFiles, validateDevice, withDefaults } from '../../../../src/spec/index.js';
import { declaredFields } from '../../../../src/spec/schema/walk.js';
import { setField } from '../../../../src/cli/flags/device-values.js';
import { connectionString, fakeRooms, readyResult, run, type Outcome } from '../helpers/run.js';

/** It has the characters of a key, so that only the tool's own code can hide it. */
const canary = 'CanaryCanaryCanary1234567890CanaryCanary';
/** A text that looks like any other: only the field says that it is secret. */
const plain = 'plain-canary-word';
const kind = 'OPENSSH';
const privateKey = `-----BEGIN ${kind} PRIVATE KEY-----\n${Array.from({ length: 4 }, (_, i) => `b3BlbnNz${canary}${i}`).join('\n')}\n-----END ${kind} PRIVATE KEY-----\n`;

/** Credentials in their usual forms, and with typical mistakes. */
const shapes: readonly string[] = [
  privateKey,
  `b3BlbnNz${canary}`,
  `user:${canary}@proxy.example:3128`,
  `http://user:${canary}@proxy.example:3128/path`,
  `HostName=h.example;DeviceId=d;SharedAccessKey=${canary}=`,
  `SharedAccessSignature sr=h&sig=${canary}&se=1`,
  `https://account.example/disk?sig=${canary}`,
];

const none: TextIo = { readFile: () => Promise.reject(new Error('no file')), readStdin: async () => '' };

let cwd: string;

function assertHidden({ code, stdout, stderr }: Outcome, where: string): void {
  // Accepted values may be printed as data, because a label is not a place for a secret. Refused values must not be printed, nor may any message contain one.
  const shown = code === 0 ? stderr : `${stdout}\n${stderr}`;
  for (const word of ['CanaryCanary', plain]) assert.ok(!shown.includes(word), `${where} shows it (exit code ${code}):\n${shown.slice(0, 600)}`);
}

describe('what is refused is not quoted where it may be a secret', () => {
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'edge-vm-canary-'));
    writeFileSync(join(cwd, 'id_ed25519'), privateKey);
    writeFileSync(join(cwd, 'secret.txt'), `${shapes[4]}\n`);
  });
  after(() => rmSync(cwd, { recursive: true, force: true }));

  it('in no field of a file', async () => {
    for (const { path, secret } of declaredFields().values()) {
      for (const value of [...shapes, ...(secret ? [plain, `${plain} and more`] : [])]) {
        for (const form of [value, [value], { file: value }, { env: value }, { secretRef: { name: value } }, { a: value }, ...(value.startsWith(plain) ? [] : [{ [value]: 'x' }]), [{ key: value }]]) {
          const device: Record<string, unknown> = { metadata: { name: 'gw-01' }, spec: { hub: { hostname: 'h.example' }, identity: { register: {} } } };
          setField(device, path.replaceAll('[]', ''), form);
          const where = `${path} = ${JSON.stringify(form).slice(0, 60)}`;
          // The whole command for the plain form, only its printing code for the other forms: the messages are the same.
          if (form === value) assertHidden(await run(['render', '-f', '-', '-o', 'json'], { stdin: JSON.stringify(device), cwd }), where);
          const { input, problems } = await loadSideFiles(device, none, cwd);
          const words = new InvalidInputError([...problems, ...validateDevice(withDefaults(input))]).message;
          assertHidden({ code: 2, stdout: '', stderr: words }, where);
        }
      }
    }
  }).timeout(120_000);

  it('by no flag of any command', async () => {
    const sink = { write: () => true };
    const session = makeSession({
      stdin: { async *[Symbol.asyncIterator]() {} }, stdout: sink, stderr: sink, env: {}, now: () => 0, sleep: async () => undefined,
      signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 1,
    }, defaultDeps);
    const program = await buildProgram(session, 'all');
    const secretFlags = new Set([...declaredFields().values()].filter(({ secret, node }) => secret && node.flag !== undefined).map(({ node }) => node.flag!.flags.split(' ')[0]!));
    for (const name of ['--connection-string-file', '--hub-connection-string-file', '--from-secret']) secretFlags.add(name);
    const deviceFlags = new Set([...declaredFields().values()].flatMap(({ node }) => (node.flag === undefined ? [] : [node.flag.flags.split(' ')[0]!])));
    const ways = [[], ['--register'], ['-o', 'json']];
    let tried = 0;
    for (const command of program.commands.filter((one) => one.commands.length === 0) as EdgeCommand[]) {
      // A device's own flags are the same in every command that has them.
      for (const option of command.options.filter((one) => (one.required || one.optional) && (command.name() === 'create' || !deviceFlags.has(one.long!)))) {
        for (const value of [...shapes, 'id_ed25519', 'secret.txt', ...(secretFlags.has(option.long!) ? [plain] : [])]) {
          const { deps } = fakeRooms(readyResult());
          const outcome = await run([command.name(), 'gw-01', `${option.long}=${value}`, ...ways[tried % ways.length]!], { deps, cwd, env: { EDGE_VM_HUB_CONNECTION_STRING: '' } });
          assertHidden(outcome, `${command.name()} ${option.long}`);
          tried += 1;
        }
      }
    }
    assert.ok(tried > 1000, String(tried));
  }).timeout(120_000);

  it('in no argument, whatever it is taken for', async () => {
    for (const command of ['create', 'render', 'status', 'wait', 'delete', 'completion', 'nothing']) {
      for (const value of shapes) {
        for (const args of [[command, value], [value], [command, 'gw-01', value], [command, `--${value}`], [command, 'gw-01', '-o', value], [command, ...value.split(/\s+/)], [command, '-f', value]]) {
          const { deps } = fakeRooms(readyResult());
          assertHidden(await run(args, { deps, cwd }), args.slice(0, 2).join(' ').slice(0, 80));
        }
      }
    }
  });

  it('says of a private key that it is one, once, and does not repeat a line of it', async () => {
    for (const more of [[], ['-o', 'json']]) {
      const { deps, calls } = fakeRooms(readyResult());
      const outcome = await run(['create', 'gw-01', '--ssh-key', 'id_ed25519', ...more], { deps, cwd, env: { EDGE_VM_CONNECTION_STRING: connectionString } });
      assert.equal(outcome.code, 2);
      assertHidden(outcome, '--ssh-key');
      assert.equal(outcome.stderr.match(/is a private key; give the public one \(the \.pub file\)/g)?.length, 1);
      assert.deepEqual(calls.create, []);
    }
  });

  it('of a proxy without a scheme', async () => {
    const { code, stderr } = await run(['render', 'gw-01', '--hub', 'h', '--proxy-https', 'jane:hunter2@proxy:3128'], { cwd });
    assert.equal(code, 2);
    assert.match(stderr, /--proxy-https \(spec\.guest\.proxy\.https\): must be http:\/\/HOST/);
    assert.doesNotMatch(stderr, /hunter2|jane/);
  });
});
