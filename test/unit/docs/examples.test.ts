import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { UNREAD_KEY } from '../../../src/identity/edge-ca.js';
import { SecretValue, withIdentity } from '../../../src/identity/index.js';
import { renderDevice, renderManifests, toYaml } from '../../../src/render/index.js';
import { type TextIo } from '../../../src/support/index.js';
import { loadDevices, parseDevices, validateDevice, withDefaults, type EdgeDeviceInput } from '../../../src/spec/index.js';
import { codeOf, read, tableRows } from '../../docs/markdown.js';

const folder = 'docs/examples';
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml')).map((file) => join(folder, file));
const io: TextIo = { readFile: (path) => readFile(path, 'utf8'), readStdin: async () => '' };

interface Node {
  $ref?: string;
  properties?: Record<string, Node>;
  items?: Node;
}

const schema = JSON.parse(readFileSync('schema/edge-device.schema.json', 'utf8')) as Node & { $defs: Record<string, Node> };

/** Paths of all fields, `spec.vm.tolerations[].key`; those of `status` are the program's. */
function fields(node: Node, path = ''): string[] {
  const { properties = {}, items } = node.$ref === undefined ? node : schema.$defs[node.$ref.split('/').at(-1)!]!;
  const inList = items === undefined ? [] : fields(items, `${path}[]`);
  return [...inList, ...Object.entries(properties).flatMap(([key, child]) => {
    const own = path === '' ? key : `${path}.${key}`;
    return own === 'status' ? [] : [own, ...fields(child, own)];
  })];
}

const all = fields(schema);

/** Paths of all that a document says, down to what the schema knows no fields of. */
function said(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => said(entry, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const own = path === '' ? key : `${path}.${key}`;
    const isFree = all.includes(own) && !all.some((field) => field.startsWith(`${own}.`) || field.startsWith(`${own}[]`));
    return [own, ...(isFree ? [] : said(child, own))];
  });
}

async function ready(file: string): Promise<EdgeDeviceInput> {
  const devices = await loadDevices(file, io);
  assert.equal(devices.length, 1);
  return devices[0]!;
}

describe('docs/examples', () => {
  it('holds device.yaml and smaller ones', () => {
    assert.ok(files.includes(`${folder}/device.yaml`) && files.length >= 5, files.join());
  });

  for (const file of files) {
    it(`${file} loads, is valid and renders`, async () => {
      const input = await ready(file);
      const device = withDefaults(input);
      assert.deepEqual(validateDevice(device), []);
      const identity = { kind: 'symmetric-key', hubHostname: device.spec.hub?.hostname ?? 'contoso.azure-devices.net', deviceId: device.spec.deviceId ?? device.metadata.name, key: new SecretValue('a2V5') } as const;
      const rendered = renderDevice(withIdentity(device, identity), { identity, registryPassword: new SecretValue('p'), edgeCaKey: UNREAD_KEY });
      const kinds = loadAll(toYaml(renderManifests(rendered, 'include'))).map((manifest) => (manifest as { kind: string }).kind);
      assert.deepEqual(kinds, ['Secret', 'VirtualMachine', ...(device.spec.gateway === undefined ? [] : ['Service'])]);
    });

    it(`${file} is named on the page`, () => {
      assert.ok(read('docs/device-yaml.md').includes(`(${file.slice('docs/'.length)})`));
    });
  }

  it('device.yaml has every field of the schema, alternatives taken in, and no other', () => {
    const text = read(`${folder}/device.yaml`).replaceAll(/^( +)#(?! \S)(.+)$/gm, '$1$2');
    const [document] = parseDevices(text, 'device.yaml');
    const found = new Set(said(document));
    assert.deepEqual(all.filter((field) => !found.has(field)), []);
    assert.deepEqual([...found].filter((field) => !all.includes(field)), []);
  });
});

describe('docs/device-yaml.md', () => {
  const documented = tableRows(read('docs/device-yaml.md')).map(([first]) => codeOf(first)).filter((field) => field !== undefined && /^(?:apiVersion|kind|metadata|spec)\b/.test(field));

  it('has a row for every field of the schema, and no other', () => {
    assert.deepEqual(all.filter((field) => field !== 'spec' && !documented.includes(field) && !inSecretSource(field)), []);
    assert.deepEqual(documented.filter((field) => !all.includes(field!)), []);
  });

  it('shows the real defaults', () => {
    const device = withDefaults({ metadata: { name: 'gw-01' }, spec: { identity: { register: {} }, guest: { apt: { edgeSource: { uri: 'https://mirror.example', trusted: true } } }, gateway: {}, vm: { dataDisk: { size: '20Gi' } } } }) as unknown;
    const valueAt = (path: string): unknown => path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], device);
    for (const [field, , fallback] of tableRows(read('docs/device-yaml.md'))) {
      const path = codeOf(field);
      const told = codeOf(fallback);
      if (path === undefined || told === undefined) continue;
      const value = valueAt(path);
      assert.equal(told, Array.isArray(value) ? JSON.stringify(value) : String(value), path);
    }
  });
});

/** The page describes the sources of a secret once, for every field of that kind. */
function inSecretSource(field: string): boolean {
  return /^spec\.(?:identity\.connectionString|edge\.registry\.password|edge\.edgeCa\.key)\./.test(field);
}
