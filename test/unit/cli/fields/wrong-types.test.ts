import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { validateDevice, withDefaults, type EdgeDeviceInput } from '../../../../src/spec/index.js';
import { run } from '../helpers/run.js';

const folder = 'docs/examples';
const hub = { EDGE_VM_HUB_CONNECTION_STRING: '' };
const others: readonly unknown[] = [true, 0, 1.5, 'text', 'http://p:1', [], ['text'], {}, { a: 1 }, [{}]];

/** Every place of a document, by its steps. */
function* places(value: unknown, at: (string | number)[] = []): Generator<(string | number)[]> {
  if (at.length > 0) yield at;
  const entries = Array.isArray(value) ? [...value.entries()] : typeof value === 'object' && value !== null ? Object.entries(value) : [];
  for (const [key, child] of entries) yield* places(child, [...at, key]);
}

function replaced(document: unknown, at: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(document);
  let place = copy as Record<string | number, unknown>;
  for (const step of at.slice(0, -1)) place = place[step] as Record<string | number, unknown>;
  place[at.at(-1)!] = value;
  return copy;
}

const cases = readdirSync(folder).filter((file) => file.endsWith('.yaml')).flatMap((file) => {
  const document = load(readFileSync(join(folder, file), 'utf8'));
  return [...places(document)].map((at) => ({ file, document, at }));
});

describe('a value of a wrong type', () => {
  it('is looked for at every place of every example', () => {
    assert.ok(cases.length > 200, String(cases.length));
  });

  for (const file of new Set(cases.map((one) => one.file))) {
    it(`anywhere in ${file} ends with exit code 0 or 2, and the command and the library agree`, async () => {
      for (const { document, at } of cases.filter((one) => one.file === file)) {
        for (const value of others) {
          const changed = replaced(document, at, value);
          const args = ['render', '-f', '-', '--hub', 'contoso', '--cpus', '3', '--proxy-http', 'http://proxy:3128', '--gateway-port', '443', '--label', 'a=b'];
          const { code, stderr } = await run(args, { stdin: JSON.stringify(changed), cwd: folder, env: { ...hub, REGISTRY_PASSWORD: 'p', EDGE_CA_KEY: 'k', GW_01_KEY: '' } });
          const where = `${at.join('.')} = ${JSON.stringify(value)}`;
          assert.ok(code === 0 || code === 2, `${where}: exit code ${code}\n${stderr}`);
          assert.doesNotMatch(stderr, /TypeError|unexpected|undefined|\[object Object\]/, where);
          if (code === 2) assert.match(stderr, /metadata|spec|apiVersion|kind|status|identity|connection string|environment variable|--/, where);
          // What the library refuses without any file read, the command refuses too, flags or not.
          const problems = validateDevice(withDefaults(changed as EdgeDeviceInput)).filter(({ kind }) => kind === 'wrong-type');
          if (problems.some(({ field }) => !/nodeSelector|labels|cpus|ports|proxy\.http$|hub\.hostname$/.test(field))) assert.equal(code, 2, `${where}: the library says ${problems[0]!.field}: ${problems[0]!.message}`);
        }
      }
    }).timeout(120_000);
  }

  it('gives the field and no stack for the most natural guesses', async () => {
    const guesses: [string, RegExp][] = [
      ['spec: { identity: { connectionString: "HostName=h.example;DeviceId=d;SharedAccessKey=Y2FuYXJ5" } }', /spec\.identity\.connectionString: must say where the secret is/],
      ['spec: { identity: register }', /spec\.identity: must be a mapping/],
      ['spec: { identity: { register: true } }', /spec\.identity\.register: must be a mapping/],
      ['spec: { identity: { register: {} }, guest: x }', /spec\.guest: must be a mapping/],
      ['spec: { identity: { register: {} }, guest: { proxy: "http://p:1" } }', /spec\.guest\.proxy: must be a mapping/],
      ['spec: text', /spec: must be a mapping/],
      ['metadata: gw-01', /metadata: must be a mapping/],
      ['[]', /must be a mapping/],
    ];
    for (const [text, says] of guesses) {
      const { code, stdout, stderr } = await run(['render', '-f', '-', '--hub', 'contoso', '--proxy-https', 'http://q:1', '-o', 'json'], { stdin: text, cwd: folder });
      assert.equal(code, 2, text);
      assert.match(stderr, says, text);
      assert.doesNotMatch(stdout + stderr, /Y2FuYXJ5/);
    }
  });
});
