import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { loadFleet, type FleetIo } from '../../../../src/fleet/index.js';
import { InvalidInputError } from '../../../../src/support/errors.js';
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

const variables = { REGISTRY_PASSWORD: 'p', EDGE_CA_KEY: 'k', GW_01_KEY: '' };

function fleetIo(stdin: string): FleetIo {
  return { env: variables, readStdin: async () => stdin, readFolder: async () => undefined, readFile: (path) => readFile(join(folder, path), 'utf8') };
}

describe('a value of a wrong type', () => {
  it('is looked for at every place of every example', () => {
    assert.ok(cases.length > 200, String(cases.length));
  });

  const device = (spec: string): string => `kind: EdgeDevice\nmetadata: {name: gw-01}\nspec: {identity: {register: {}}, ${spec}}\n`;
  const slips: [title: string, text: string, says: string[]][] = [
    ['a number in words', device('vm: {cpus: two}'), ['spec.vm.cpus: must be a whole number from 1 to 256 (got "two")']],
    ['a number in quotes', device('vm: {cpus: "2", consoleLog: "true"}'), ['spec.vm.cpus: must be a whole number from 1 to 256; leave the quotes out (got "2")', 'spec.vm.consoleLog: must be true or false; leave the quotes out (got "true")']],
    ['a number without its unit', device('vm: {memory: 2}'), ['spec.vm.memory: must be a quantity such as 2Gi, from 512Mi to 4Ti (got 2)']],
    ['a text without quotes', device('vm: {nodeSelector: {zone: 1}}'), ['spec.vm.nodeSelector.zone: must be a label value: empty or letters, digits, "-", "_", ".", at most 63 characters; put it in quotes, it was read as a number (got 1)']],
    ['a switch for a mapping', device('gateway: true'), ['spec.gateway: must be a mapping with type, ports, annotations; {} has the defaults (got true)']],
    ['a size for a disk', device('vm: {disk: 20Gi}'), ['spec.vm.disk: must be a mapping with size, storageClass, accessModes, volumeMode; {} has the defaults (got "20Gi")']],
    ['a list for a mapping', device('vm: []'), ['spec.vm: must be a mapping with template, templateFile, architecture, cpus, memory, instancetype, preference, image, …; {} has the defaults (got a list)']],
    ['one value for a list', device('vm: {tolerations: {key: a}}'), ['spec.vm.tolerations: must be a list: each entry begins with "- ", also a single one (got a mapping)']],
    ['a field in the wrong place', device('cpus: 2, user: me'), ['spec.cpus: is not a known field here; did you mean spec.vm.cpus?', 'spec.user: is not a known field here; did you mean spec.guest.user?']],
    ['a connection string where its place is asked', device('').replace('{register: {}}', '{connectionString: key.txt}'), ['spec.identity.connectionString: must say where the secret is: one of {file}, {env}, {secretRef}; the secret itself does not belong here']],
    ['another apiVersion', `apiVersion: v1\n${device('')}`, ['apiVersion: must be edge-vm.io/v1alpha1 (got "v1")']],
    ['a version without its right partner', device('edge: {version: 1.5.20-1}'), ['spec.edge.identityServiceVersion: is missing: aziot-edge depends on one exact aziot-identity-service, and edge-vm knows it only for the default version; give the one that apt-cache show aziot-edge=1.5.20-1 names under Depends']],
    ['a kind in small letters', device('').replace('EdgeDevice', 'edgedevice'), ['has kind edgedevice; did you mean EdgeDevice?']],
    ['a list of devices', `- ${device('').replaceAll('\n', '\n  ')}`, ['must be a mapping with apiVersion, kind, metadata and spec, not a list; between several devices, a line has three dashes']],
  ];
  for (const [title, text, says] of slips) {
    it(`says in a file for apply what is accepted: ${title}`, async () => {
      const error: unknown = await loadFleet(['-'], fleetIo(text)).then(() => undefined, (reason: unknown) => reason);
      assert.ok(error instanceof InvalidInputError, String(error));
      const words = error.problems.map(({ field, message, got }) => `${field}: ${message}${got === undefined ? '' : ` (got ${got})`}`.replace(/^standard input: /, ''));
      assert.deepEqual(words.filter((one) => !one.startsWith('standard input')), says);
    });
  }

  for (const file of new Set(cases.map((one) => one.file))) {
    it(`anywhere in ${file} ends with exit code 0 or 2, and the command and the library agree`, async () => {
      for (const { document, at } of cases.filter((one) => one.file === file)) {
        for (const value of others) {
          const changed = replaced(document, at, value);
          const args = ['render', '-f', '-', '--hub', 'contoso', '--cpus', '3', '--proxy-http', 'http://proxy:3128', '--gateway-port', '443', '--label', 'a=b'];
          const { code, stderr } = await run(args, { stdin: JSON.stringify(changed), cwd: folder, env: { ...hub, ...variables } });
          const where = `${at.join('.')} = ${JSON.stringify(value)}`;
          assert.ok(code === 0 || code === 2, `${where}: exit code ${code}\n${stderr}`);
          assert.doesNotMatch(stderr, /TypeError|unexpected|undefined|\[object Object\]/, where);
          if (code === 2) assert.match(stderr, /metadata|spec|apiVersion|kind|status|identity|connection string|environment variable|--/, where);
          // `apply -f` and `diff` read the same device on their own way.
          for (const withoutSecrets of [false, true]) {
            const read = await loadFleet(['-'], fleetIo(JSON.stringify(changed)), { withoutSecrets }).then(() => undefined, (error: unknown) => error);
            assert.ok(read === undefined || read instanceof InvalidInputError, `apply: ${where}: ${String(read)}`);
          }
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
