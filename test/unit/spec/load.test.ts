import assert from 'node:assert/strict';
import { withDefaults } from '../../../src/spec/defaults.js';
import { InvalidInputError } from '../../../src/support/errors.js';
import type { Problem } from '../../../src/support/errors.js';
import type { TextIo } from '../../../src/support/text-io.js';
import { loadDevices, parseDevices } from '../../../src/spec/load.js';
import { loadSideFiles } from '../../../src/spec/side-files.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { parseYaml } from '../../../src/support/yaml.js';
import { APT_KEY, CA, SSH_KEY } from './fixtures.js';

function io(files: Record<string, string>, stdin = ''): TextIo {
  return {
    readFile: async (path) => files[path] ?? Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    readStdin: async () => stdin,
  };
}

async function problemsOf(work: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems;
  }
  return assert.fail('nothing was refused');
}

const head = 'apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: gw-02}\n';

describe('loadDevices', () => {
  it('reads several documents and skips empty ones', async () => {
    const text = `---\n${head}spec: {identity: {register: {}}}\n---\n---\n{"metadata": {"name": "b"}, "spec": {"identity": {"register": null}}}\n`;
    const devices = await loadDevices('-', io({}, text));
    assert.deepEqual(devices.map(({ metadata }) => metadata?.name), ['gw-02', 'b']);
    for (const device of devices) assert.deepEqual(validateDevice(withDefaults(device)), []);
  });

  it('ignores the metadata that the API server writes, and refuses other unknown fields', () => {
    const server = `creationTimestamp: "2026-01-01T00:00:00Z", deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 0, finalizers: [edge-vm.io/device], generation: 2,
  managedFields: [{manager: kubectl}], ownerReferences: [], resourceVersion: "7", selfLink: /x, uid: 0-1`;
    const text = (more: string): string => `kind: EdgeDevice
metadata: {name: gw-02, ${more}}
spec: {identity: {register: {}}}
status: {stage: connected}
`;
    const copy = 'kubectl.kubernetes.io/last-applied-configuration: "{}"';
    const [plain] = parseDevices(text(`${server}, annotations: {${copy}}`), 'gw.yaml');
    assert.deepEqual(plain?.metadata, { name: 'gw-02' });
    assert.deepEqual(validateDevice(withDefaults(plain)), []);
    const [noted] = parseDevices(text(`annotations: {a: b, ${copy}}, generateName: gw-, uuid: 1`), 'gw.yaml');
    assert.deepEqual(noted?.metadata?.annotations, { a: 'b' });
    assert.deepEqual(validateDevice(withDefaults(noted)).map(({ field }) => field), ['metadata.generateName', 'metadata.uuid']);
  });

  it('puts the text of side files in the place of their paths, from the folder of the file', async () => {
    const manifest = 'apiVersion: kubevirt.io/v1\nkind: VirtualMachine\n';
    const text = `${head}spec:
  identity: {register: {}}
  vm: {templateFile: vm.yaml}
  guest:
    sshKeys: [keys.pub, ${SSH_KEY}]
    caCertificates: [/etc/ca.pem]
    cloudConfigFile: extra.yaml
    apt: {edgeSource: {uri: 'https://x', keyFile: ../key.asc}}
  edge:
    trustBundle: ca.pem
    edgeCa: {certificate: ca.pem, key: {file: ca.key}}
`;
    const [device] = await loadDevices('sites/gw.yaml', io({
      'sites/gw.yaml': text,
      'sites/vm.yaml': manifest,
      'sites/keys.pub': `# mine\n${SSH_KEY}\r\n\n`,
      '/etc/ca.pem': CA,
      'sites/ca.pem': CA,
      'sites/extra.yaml': '#cloud-config\npackages: [jq]\nntp: {enabled: yes}\nwrite_files:\n- {path: /x, permissions: 0644}\n',
      'key.asc': APT_KEY,
    }));
    const { vm, guest, edge } = device!.spec!;
    assert.equal(vm?.templateFile, manifest);
    assert.deepEqual(guest?.sshKeys, [SSH_KEY, SSH_KEY]);
    assert.deepEqual(guest?.caCertificates, [CA]);
    assert.deepEqual(guest?.cloudConfig, { packages: ['jq'], ntp: { enabled: true }, write_files: [{ path: '/x', permissions: '0644' }] });
    assert.deepEqual(guest?.apt?.edgeSource, { uri: 'https://x', key: APT_KEY });
    assert.equal(edge?.trustBundle, CA);
    assert.deepEqual(edge?.edgeCa, { certificate: CA, key: { file: 'ca.key' } });
    assert.deepEqual(validateDevice(withDefaults(device!)), []);
    const again = await loadSideFiles(device!, io({}), '.');
    assert.deepEqual(again, { input: device, problems: [] });
  });

  it('names every side file that cannot be read, by its field', async () => {
    const text = `${head}spec: {identity: {register: {}}, guest: {caCertificates: [a.pem], sshKeys: [~/none.pub], cloudConfigFile: c}, edge: {trustBundle: b.pem}}\n---\nspec: {vm: {templateFile: t}}\n`;
    const problems = await problemsOf(loadDevices('-', io({ c: '' }, text)));
    assert.deepEqual(problems.map(({ field }) => field), [
      'document 1: spec.guest.caCertificates[0]', 'document 1: spec.guest.sshKeys[0]', 'document 1: spec.guest.cloudConfigFile', 'document 1: spec.edge.trustBundle', 'document 2: spec.vm.templateFile',
    ]);
    assert.equal(problems[1]!.message, 'the file cannot be read: it does not exist');
    assert.equal(problems[2]!.message, 'is an empty file');
    assert.deepEqual(problems.map(({ got }) => got), ['"a.pem"', '"~/none.pub"', undefined, '"b.pem"', undefined]);
  });

  for (const [what, text] of [['a script', '#!/bin/sh\necho x: y\n'], ['MIME', 'Content-Type: multipart/mixed\n'], ['a template', '## template: jinja\n#cloud-config\na: 1\n'], ['a list', '- a\n'], ['two documents', 'a: 1\n---\nb: 2\n'], ['bad YAML', 'a: [\n']]) {
    it(`refuses ${what} as cloud-config`, async () => {
      const problems = await problemsOf(loadDevices('-', io({ c: text! }, `${head}spec: {guest: {cloudConfigFile: c}}`)));
      assert.deepEqual(problems.map(({ field }) => field), ['spec.guest.cloudConfigFile']);
    });
  }

  it('refuses a path beside the text that it would become', async () => {
    const both = `${head}spec: {guest: {cloudConfigFile: c, cloudConfig: {}, apt: {edgeSource: {keyFile: k, key: x}}}}`;
    const problems = await problemsOf(loadDevices('-', io({ c: 'a: 1', k: APT_KEY }, both)));
    assert.deepEqual(problems.map(({ field }) => field), ['spec.guest.cloudConfigFile', 'spec.guest.apt.edgeSource.keyFile']);
  });

  it('says which file cannot be read', async () => {
    const problems = await problemsOf(loadDevices('none.yaml', io({})));
    assert.deepEqual(problems, [{ kind: 'unreadable', field: 'none.yaml', message: 'cannot be read: it does not exist' }]);
  });

  it('leaves values of a wrong type to the validation', async () => {
    const [device] = await loadDevices('-', io({}, `${head}spec: {identity: {register: {}}, vm: {templateFile: 3}, guest: {sshKeys: [4], caCertificates: {a: b}}, edge: {edgeCa: x}}`));
    assert.equal(validateDevice(withDefaults(device!)).length, 4);
  });
});

describe('parseDevices', () => {
  for (const [what, text, message] of [
    ['a YAML mistake, by line', 'a: 1\nb: }\n', /not valid YAML: .* at line 2, column 4/],
    ['a key that is there twice', 'a: 1\na: 2\n', /duplicated mapping key at line 2, column 1/],
    ['an empty text', '\n# only a comment\n', /holds no document/],
    ['a list', '- a\n', /must be a mapping/],
    ['a tag', 'a: !!js/function x\n', /unknown scalar tag/],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => parseDevices(text, 'd.yaml'), (error: unknown) => error instanceof InvalidInputError && error.problems[0]!.field.startsWith('d.yaml') && message.test(error.message)));
  }

  it('never repeats the line of a mistake, which may hold a secret', () => {
    assert.throws(() => parseDevices('a: canary-secret\n\tb: canary-secret }\n', 'd.yaml'), (error: unknown) => error instanceof InvalidInputError && !error.message.includes('canary') && !String(error.cause).includes('canary'));
  });
});

describe('parseYaml', () => {
  const values: [string, 'yaml-1.2' | 'cloud-config', unknown][] = [
    ['0644', 'yaml-1.2', '0644'], ['0644', 'cloud-config', '0644'], ['0', 'yaml-1.2', 0], ['0x1f', 'yaml-1.2', 31], ['007', 'yaml-1.2', '007'],
    ['yes', 'yaml-1.2', 'yes'], ['yes', 'cloud-config', true], ['2026-01-02', 'yaml-1.2', '2026-01-02'], ['2026-01-02', 'cloud-config', '2026-01-02'],
    ['0.5', 'cloud-config', 0.5], ['~', 'cloud-config', null],
  ];
  for (const [text, dialect, value] of values) {
    it(`reads ${text} in ${dialect}`, () => assert.deepEqual(parseYaml(`a: ${text}`, 'f', dialect), { documents: [{ a: value }] }));
  }

  it('merges with <<', () => {
    for (const dialect of ['yaml-1.2', 'cloud-config'] as const) {
      assert.deepEqual(parseYaml('a: &x {b: 1}\nc: {<<: *x, d: 2}', 'f', dialect), { documents: [{ a: { b: 1 }, c: { b: 1, d: 2 } }] });
    }
  });
});
