import assert from 'node:assert/strict';
import { loadFleet } from '../../../src/fleet/load/index.js';
import type { FleetIo, LoadOptions } from '../../../src/fleet/types.js';
import { InvalidInputError } from '../../../src/support/errors.js';

const canary = 'Q0FOQVJZLWtleS1vZi10aGUtdGVzdC0xMjM0NTY3ODkwYWI=';
const device = (name: string, more = ''): string => `apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: ${name}}\nspec:\n  identity: {register: {}}\n${more}`;

function ioOf(files: Record<string, string>, stdin = ''): FleetIo {
  return {
    env: {},
    async readFile(path) {
      if (files[path] === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return files[path];
    },
    readStdin: async () => stdin,
    async readFolder(path) {
      const names = Object.keys(files).filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1));
      return names.length === 0 ? undefined : names;
    },
  };
}

const load = (files: Record<string, string>, paths: readonly string[], options: LoadOptions = {}, stdin?: string): ReturnType<typeof loadFleet> => loadFleet(paths, ioOf(files, stdin), options);

async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
  throw new Error('nothing was refused');
}

const names = (fleet: Awaited<ReturnType<typeof loadFleet>>): string[] => fleet.devices.map((one) => one.device.metadata.name);

describe('fleet/load', () => {
  it('reads the former name of a field, with the words of create -f, once for each file', async () => {
    const warning = (file: string): string => `${file}: spec.generation: the name of this field is now spec.firstBootGeneration; edge-vm still reads the former name`;
    const files = {
      'a.yaml': `${device('gw-01', '  generation: 2\n')}---\n${device('gw-02', '  generation: 3\n')}`,
      't.yaml': device('"${name}"', '  generation: ${boot}\n'), 'f.csv': 'name,boot\ngw-03,4\ngw-04,\n',
    };
    const fleet = await load(files, ['a.yaml', 'f.csv'], { template: 't.yaml' });
    assert.deepEqual(fleet.devices.map(({ device: { spec } }) => spec.firstBootGeneration ?? 1), [2, 3, 4, 1]);
    assert.ok(fleet.devices.every(({ device: { spec }, input }) => !Object.hasOwn(spec, 'generation') && !Object.hasOwn(input.spec!, 'generation')));
    assert.deepEqual(fleet.warnings, [warning('a.yaml'), warning('t.yaml')]);
    const both = { 'b.yaml': `${device('gw-01')}---\n${device('gw-02', '  generation: 2\n  firstBootGeneration: 3\n')}` };
    assert.deepEqual(await problemsOf(load(both, ['b.yaml'])), ['b.yaml, document 2: spec.generation, spec.firstBootGeneration: are the former and the present name of one field, and have different values; give only the second']);
  });

  it('reads documents, Lists, folders in order, JSON and standard input', async () => {
    const files = {
      'a.yaml': `${device('gw-03')}---\n${device('gw-02')}---\n`,
      'dir/b.json': JSON.stringify({ metadata: { name: 'gw-05' }, spec: { identity: { register: {} } } }),
      'dir/a.yml': `kind: List\napiVersion: v1\nitems:\n- ${device('gw-04').trimEnd().replaceAll('\n', '\n  ')}\n`,
      'dir/notes.txt': 'not read',
    };
    const fleet = await load(files, ['a.yaml', 'dir', '-'], {}, device('gw-01'));
    assert.deepEqual(names(fleet), ['gw-03', 'gw-02', 'gw-04', 'gw-05', 'gw-01']);
    assert.deepEqual(fleet.devices.map(({ place }) => place), ['a.yaml, document 1', 'a.yaml, document 2', 'dir/a.yml, item 1', 'dir/b.json', 'standard input']);
    assert.deepEqual(fleet.devices[0]!.identity, { kind: 'register', deviceId: 'gw-03' });
  });

  it('reads what kubectl get prints: the metadata of the API server, and a status, count for nothing', async () => {
    const item = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', spec: { identity: { register: {} } }, status: { stage: 'connected' } };
    const metadata = { creationTimestamp: '2026-01-01T00:00:00Z', finalizers: ['edge-vm.io/device'], generation: 1, managedFields: [], resourceVersion: '7', uid: '0-1', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } };
    const list = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: ['gw-01', 'gw-02'].map((name) => ({ ...item, metadata: { ...metadata, name } })) };
    const { devices } = await load({ 'a.json': JSON.stringify(list) }, ['a.json']);
    assert.deepEqual(devices.map(({ input }) => input.metadata), [{ name: 'gw-01' }, { name: 'gw-02' }]);
  });

  it('the namespace of the request wins over the files', async () => {
    const { devices: [only] } = await load({ 'a.yaml': device('gw-01').replace('gw-01}', 'gw-01, namespace: south}') }, ['a.yaml'], { namespace: 'north' });
    assert.equal(only!.device.metadata.namespace, 'north');
    assert.equal(only!.input.metadata?.namespace, 'north');
  });

  it('reads the keys of many devices at the same time, and keeps the order of devices and problems', async () => {
    const text = ['gw-01', 'gw-02', 'gw-03', 'gw-04'].map((name) => device(name).replace('{register: {}}', `{connectionString: {file: ${name}.txt}}`)).join('---\n');
    const io = ioOf({ 'a.yaml': text, ...Object.fromEntries(['gw-01', 'gw-02', 'gw-03', 'gw-04'].map((name) => [`${name}.txt`, `HostName=h.example.net;DeviceId=${name};SharedAccessKey=${canary}`])) });
    const waiting: (() => void)[] = [];
    // No key comes before all are asked for; then the last one comes first.
    const slow: FleetIo = { ...io, readFile: async (path) => {
      const found = await io.readFile(path);
      if (path !== 'a.yaml') await new Promise<void>((resolve) => {
        waiting.unshift(resolve);
        if (waiting.length === 4) for (const go of waiting) go();
      });
      return found;
    } };
    assert.deepEqual(names(await loadFleet(['a.yaml'], slow)), ['gw-01', 'gw-02', 'gw-03', 'gw-04']);
    waiting.length = 0;
    const bad: FleetIo = { ...slow, readFile: async (path) => (await slow.readFile(path)).replace(/;DeviceId=gw-0[13]/, '') };
    const places = (await problemsOf(loadFleet(['a.yaml'], bad))).map((problem) => problem.slice(0, 'a.yaml, document 1'.length));
    assert.deepEqual([...new Set(places)], ['a.yaml, document 1', 'a.yaml, document 3']);
  });

  it('finds the problems of all files at once, each with its place', async () => {
    const files = {
      'a.yaml': `${device('GW')}---\n${device('gw-02', '  vm: {cpus: 0, memry: 2Gi}\n')}`,
      'b.yaml': 'kind: Deployment\nmetadata: {name: x}\n---\n- 1\n',
      'c.yaml': 'a: [',
      'empty/x.txt': '',
    };
    const problems = await problemsOf(load(files, ['a.yaml', 'b.yaml', 'c.yaml', 'gone.yaml', 'empty']));
    const expected = [
      /^gone\.yaml: cannot be read: it does not exist/, /^empty: is a folder without/, /^c\.yaml: is not valid YAML: .* at line 1/,
      /^b\.yaml, document 1: is a Deployment; only EdgeDevices are accepted here, use kubectl/, /^b\.yaml, document 2: must be a mapping/,
      /^a\.yaml, document 1: metadata\.name: must be a name/, /^a\.yaml, document 2: spec\.vm\.cpus: must be a whole number/, /^a\.yaml, document 2: spec\.vm\.memry: .*memory/,
    ];
    for (const one of expected) assert.ok(problems.some((text) => one.test(text)), `${one} in\n${problems.join('\n')}`);
    assert.equal(problems.length, expected.length, problems.join('\n'));
  });

  it('shows 20 problems, and counts the others', async () => {
    const files = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`f/${i}.yaml`, device(`GW-${i}`)]));
    await assert.rejects(load(files, ['f']), (error: Error) => error.message.startsWith('25 problems:\n') && error.message.split('\n').length === 22 && error.message.endsWith('and 5 more'));
  });

  it('tells of a device that is there twice also if one of both has other problems', async () => {
    const bad = device('gw-01', '  vm: {cpus: none}\n');
    const found = await problemsOf(load({ 'a.yaml': bad, 'b.yaml': bad }, ['a.yaml', 'b.yaml']));
    assert.deepEqual(found.filter((line) => line.includes('is also in')), ['b.yaml: metadata.name: device gw-01 is also in a.yaml'], found.join('\n'));
    assert.equal(found.filter((line) => line.includes('spec.vm.cpus')).length, 2);
  });

  it('refuses a device that is there twice, by name or by device id', async () => {
    const twin = device('gw-02').replace('register: {}', 'register: {deviceId: gw-01}');
    const problems = await problemsOf(load({ 'a.yaml': device('gw-01'), 'b.yaml': `${device('gw-01')}---\n${twin}` }, ['a.yaml', 'b.yaml']));
    assert.deepEqual(problems, [
      'b.yaml, document 1: metadata.name: device gw-01 is also in a.yaml',
      'b.yaml, document 2: spec.deviceId: device id "gw-01" is also in a.yaml',
    ]);
  });

  it('reads secrets, and tells each so that it stays hidden; a bad one is a problem without its text', async () => {
    const withFile = (name: string, file: string): string => device(name).replace('{register: {}}', `{connectionString: {file: ${file}}}`);
    const told: string[] = [];
    const files = { 'a.yaml': withFile('gw-01', 'key.txt'), 'key.txt': `HostName=contoso.azure-devices.net;DeviceId=gw-01;SharedAccessKey=${canary}\n` };
    const { devices: [only] } = await load(files, ['a.yaml'], { onSecret: (secret) => told.push(secret.reveal()) });
    assert.equal(only!.identity.kind, 'given');
    assert.equal(only!.device.spec.deviceId, 'gw-01');
    assert.equal(JSON.stringify(only!.input).includes(canary), false);
    assert.ok(told.includes(canary));
    assert.deepEqual((await load(files, ['a.yaml'], { withoutSecrets: true })).devices[0]!.identity.kind, 'register');
    const problems = await problemsOf(load({ ...files, 'key.txt': `SharedAccessKey=${canary}` }, ['a.yaml']));
    assert.match(problems[0]!, /^a\.yaml: spec\.identity\.connectionString/);
    assert.equal(problems.join().includes(canary), false);
  });
});

describe('fleet/load of secrets', () => {
  it('tells every secret that it reads, also the passwords of proxies, so that no output repeats one', async () => {
    const told: string[] = [];
    const spec = `  guest: {proxy: {https: "http://me:${canary.slice(0, 12)}@proxy:3128"}}\n  edge: {registry: {server: r.example, username: me, password: {file: p.txt}}}\n`;
    await load({ 'a.yaml': device('gw-01', spec), 'p.txt': canary }, ['a.yaml'], { onSecret: (secret) => void told.push(secret.reveal()) });
    assert.deepEqual(told, [canary.slice(0, 12), canary]);
    const problems = await problemsOf(load({ 'a.yaml': device('gw-01', spec) }, ['a.yaml']));
    assert.match(problems.join(), /^a\.yaml: spec\.edge\.registry\.password: the file cannot be read/);
  });
});

describe('fleet/load of CSV', () => {
  const template = `kind: EdgeDevice
metadata:
  name: \${name}
  labels: {site: "\${site}", path: "a-\${site}b"}
spec:
  identity: {register: {deviceId: "\${id}"}}
  vm: {cpus: "\${cpus}", memory: "\${mem}Gi", consoleLog: "\${log}"}
  gateway: {ports: ["\${port}"]}
`;
  const header = 'name,site,id,cpus,mem,log,port';
  const csv = (...rows: string[]): string => [header, ...rows].join('\r\n');
  const ok = template;

  it('fills a template as data: numbers and true/false where the field is one, else text', async () => {
    const fleet = await load({ 't.yaml': ok, 'fleet.csv': `\uFEFF${csv('gw-01,north,"GW,01",4,8,true,8883', '', 'gw-02,true,gw-02,2,4,FALSE,443')}\r\n` }, ['fleet.csv'], { template: 't.yaml' });
    const [first, second] = fleet.devices.map(({ device }) => device);
    assert.equal(first!.spec.deviceId, 'GW,01');
    assert.deepEqual([first!.spec.vm.cpus, first!.spec.vm.memory, first!.spec.vm.consoleLog, first!.spec.gateway?.ports], [4, '8Gi', true, [8883]]);
    assert.deepEqual(second!.metadata.labels, { site: 'true', path: 'a-trueb' });
    assert.equal(second!.spec.vm.consoleLog, false);
    assert.deepEqual(fleet.devices.map(({ place }) => place), ['fleet.csv, row 1 (line 2)', 'fleet.csv, row 2 (line 4)']);
    assert.deepEqual(fleet.warnings, []);
  });

  it('no value changes the structure of the document', async () => {
    const evil = 'x\\nspec: {vm: {cpus: 9}}';
    const text = `kind: EdgeDevice\nmetadata: {name: "\${name}"}\nspec: {identity: {register: {}}, guest: {cloudConfig: {write_files: [{path: /a, content: "\${text} $\${HOME}"}]}}}\n`;
    const { devices: [only] } = await load({ 't.yaml': text, 'f.csv': `name,text\ngw-01,"{a: 1}: - ""b"" # ${evil}\nline 2"\n` }, ['f.csv'], { template: 't.yaml' });
    assert.deepEqual(only!.device.spec.guest.cloudConfig, { write_files: [{ path: '/a', content: `{a: 1}: - "b" # ${evil}\nline 2 \${HOME}` }] });
  });

  it('an empty value is an absent field; the default then applies', async () => {
    const { devices: [only] } = await load({ 't.yaml': ok, 'fleet.csv': csv('gw-01,,gw-01,,4,,8883') }, ['fleet.csv'], { template: 't.yaml' });
    assert.equal(only!.device.spec.vm.cpus, 2);
    assert.deepEqual(only!.device.metadata.labels, { path: 'a-b' });
  });

  it('takes semicolons and tabulators, and standard input', async () => {
    for (const sign of [';', '\t']) {
      const { devices } = await load({ 't.yaml': ok }, ['-'], { template: 't.yaml' }, csv('gw-01,north,gw-01,2,4,true,443').replaceAll(',', sign));
      assert.equal(devices[0]!.device.metadata.labels?.['site'], 'north');
    }
  });

  it('names file, row, line, field and column of a wrong value', async () => {
    const problems = await problemsOf(load({ 't.yaml': ok, 'fleet.csv': csv('gw-01,north,gw-01,many,4,true,443', 'gw-01,north,gw-02,2,4,yes,80', ',north,gw-03,2,4,true,443', 'gw-04,north') }, ['fleet.csv'], { template: 't.yaml' }));
    for (const one of [
      'fleet.csv, row 1 (line 2): spec.vm.cpus (column cpus): must be a whole number from 1 to 256',
      'fleet.csv, row 2 (line 3): spec.vm.consoleLog (column log): must be true or false',
      'fleet.csv, row 3 (line 4), column name: is empty, but it is the name of the device',
    ]) assert.ok(problems.some((text) => text.startsWith(one.slice(0, 70))), `${one} in\n${problems.join('\n')}`);
    assert.ok(problems.some((text) => text.startsWith('fleet.csv, row 2 (line 3): spec.gateway.ports[0] (column port): must be one of')), problems.join('\n'));
    assert.ok(problems.some((text) => text.startsWith('fleet.csv, row 4 (line 5): has 2 values for 7 columns')), problems.join('\n'));
  });

  it('ignores what spreadsheets add: empty rows and columns, and the line about the separator', async () => {
    const template = 'metadata: {name: "${name}", labels: {site: "${site}"}}\nspec: {identity: {register: {}}}\n';
    const rows = async (csv: string): Promise<string[]> => {
      const fleet = await load({ 't.yaml': template, 'f.csv': csv }, ['f.csv'], { template: 't.yaml' });
      return fleet.devices.map(({ device: { metadata }, place }) => `${metadata.name} ${metadata.labels?.['site']} ${place}`);
    };
    const expected = ['gw-01 a f.csv, row 1 (line 2)', 'gw-02 b f.csv, row 2 (line 4)'];
    assert.deepEqual(await rows('name;site;;;\ngw-01;a;;;\n;;;;\ngw-02;b;;;\n;;;;\n'), expected);
    assert.deepEqual(await rows('name;;site\ngw-01;;a\n\ngw-02;;b;;\n'), expected);
    assert.deepEqual(await rows('\uFEFFsep=;\r\nname;site\r\ngw-01;a\r\ngw-02;b\r\n'), expected.map((one) => one.replace('line 2', 'line 3')));
    assert.deepEqual(await problemsOf(rows('name;site;\ngw-01;a;x\n')), ['f.csv, column 3: has no name in the first line']);
    assert.match((await problemsOf(rows('name;site\ngw-01;a;x\ngw-02\n'))).join(), /row 1 .* has 3 values for 2 columns.*row 2 .* has 1 values for 2/);
  });

  it('tells once how a text looks like a placeholder', async () => {
    const problems = await problemsOf(load({ 't.yaml': 'metadata: {name: "${name}", labels: {x: "${b}", y: "${c}", z: "${d}"}}\nspec: {}\n', 'f.csv': 'name\ngw-01\n' }, ['f.csv'], { template: 't.yaml' }));
    assert.equal(problems.length, 3);
    assert.equal(problems.filter((one) => one.includes('(write $${')).length, 1);
  });

  it('says what is wrong with a CSV file and a template that do not fit together', async () => {
    const fill = async (template: string, table = 'name,cpus\ngw-01,4\n', paths = ['f.csv'], from = 't.yaml'): Promise<string[]> => problemsOf(load({ 't.yaml': template, 'f.csv': table }, paths, { template: from }));
    const device = (name: string, cpus: string): string => `kind: EdgeDevice\nmetadata: {name: ${name}}\nspec: {identity: {register: {}}, vm: {cpus: ${cpus}}}\n`;
    const good = device('"${name}"', '"${cpus}"');
    assert.deepEqual(await fill(good, 'gw-01,4\ngw-02,2\n'), ['t.yaml: names columns name, cpus, but the CSV file has gw-01, 4; its first line must have the names of the columns']);
    assert.deepEqual(await fill(good, `SharedAccessKey=${canary},4\ngw-02,2\n`), ['t.yaml: names columns name, cpus, but the CSV file has …, 4; its first line must have the names of the columns']);
    for (const other of ['{{cpus}}', '{{ cpus }}', '${{cpus}}', '$(cpus)', '$cpus']) {
      assert.deepEqual(await fill(device('"${name}"', `"${other}"`)), [`t.yaml: spec.vm.cpus: must have the placeholder as \${cpus}`]);
    }
    assert.match((await fill(device('"${name}"', '${cpus}'))).join(), /^t\.yaml: is not valid YAML: .* at line 3, .*; inside \{ \} and \[ \], write a placeholder in quotes: "\$\{COLUMN\}"$/);
    assert.deepEqual(await fill(good, undefined, ['f.csv'], 'f.csv'), ['f.csv: is a CSV file; the template is a device file (YAML) with ${COLUMN} in place of the values of a row']);
    await assert.rejects(load({ 't.yaml': good }, ['t.yaml']), (error) => error instanceof InvalidInputError && error.hint?.startsWith('A file with ${COLUMN} is a template') === true);
  });

  it('names files of other tools as such, and skips empty ones', async () => {
    const files = { 'd/package.json': '{"name": "x", "version": "1"}', 'd/i.yaml': 'kind: Ingress\nmetadata: {name: x}\n', 'd/k.yaml': 'resources: [a.yaml]\n', 'd/e.yaml': '# nothing yet\n', 'd/a.yaml': device('gw-01') };
    assert.deepEqual(await problemsOf(load(files, ['d'])), [
      'd/i.yaml: is an Ingress; only EdgeDevices are accepted here, use kubectl for other objects',
      'd/k.yaml: is not an EdgeDevice: it has no kind, metadata and spec', 'd/package.json: is not an EdgeDevice: it has no kind, metadata and spec',
    ]);
    assert.deepEqual(names(await load({ 'd/e.yaml': files['d/e.yaml'], 'd/f.yaml': '', 'd/a.yaml': files['d/a.yaml'] }, ['d'])), ['gw-01']);
    assert.deepEqual(await problemsOf(load({ 'e.yaml': '' }, ['e.yaml'])), ['e.yaml: holds no document; EdgeDevices are accepted']);
    assert.deepEqual(await problemsOf(load({ 'd/e.yaml': '', 'd/f.yaml': '---\n' }, ['d'])), ['the files: hold no document; EdgeDevices are accepted']);
    assert.deepEqual(await problemsOf(load({ 't.yaml': '', 'f.csv': 'name\ngw-01\n' }, ['f.csv'], { template: 't.yaml' })), ['t.yaml: holds no document; EdgeDevices are accepted']);
  });

  it('refuses two rows of one name', async () => {
    const row = 'gw-01,north,gw-01,2,4,true,443';
    assert.deepEqual(await problemsOf(load({ 't.yaml': ok, 'fleet.csv': csv(row, row) }, ['fleet.csv'], { template: 't.yaml' })), ['fleet.csv, row 2 (line 3): metadata.name: device gw-01 is also in fleet.csv, row 1 (line 2)']);
  });

  it('refuses a placeholder without a column, and warns of a column without a placeholder', async () => {
    const row = 'gw-01,north,gw-01,2,4,true,443';
    const problems = await problemsOf(load({ 't.yaml': ok.replace('${site}', '${sites}').replace('cpus:', '"${cpus}":'), 'fleet.csv': csv(row) }, ['fleet.csv'], { template: 't.yaml' }));
    assert.ok(problems.some((text) => text.startsWith('t.yaml: metadata.labels.site: names column sites, which the CSV file does not have; did you mean site?')), problems.join('\n'));
    assert.ok(problems.some((text) => text.startsWith('t.yaml: spec.vm: has a placeholder in the name of a field')), problems.join('\n'));
    const fleet = await load({ 't.yaml': ok.replace('consoleLog: "${log}"', ''), 'fleet.csv': csv(row) }, ['fleet.csv'], { template: 't.yaml' });
    assert.deepEqual(fleet.warnings, ['fleet.csv: the template does not use column log']);
  });

  it('refuses wrong tables and templates', async () => {
    const cases: [files: Record<string, string>, options: LoadOptions, expected: RegExp][] = [
      [{ 'fleet.csv': csv('gw-01,a,a,1,1,true,443') }, {}, /^fleet\.csv: needs a template/],
      [{ 'fleet.csv': header, 't.yaml': ok }, { template: 't.yaml' }, /^fleet\.csv: holds no row/],
      [{ 'fleet.csv': 'name,name\na,b', 't.yaml': ok }, { template: 't.yaml' }, /^fleet\.csv, column name: is there twice/],
      [{ 'fleet.csv': 'name,\na,b', 't.yaml': ok }, { template: 't.yaml' }, /^fleet\.csv, column 2: has no name/],
      [{ 'fleet.csv': 'name\n"a', 't.yaml': ok }, { template: 't.yaml' }, /^fleet\.csv: is not valid CSV: double quotes/],
      [{ 'fleet.csv': 'name\na', 't.yaml': `${ok}---\n${ok}` }, { template: 't.yaml' }, /^t\.yaml: holds 2 devices/],
      [{ 'fleet.csv': 'name\na' }, { template: 'gone.yaml' }, /^gone\.yaml: cannot be read/],
    ];
    for (const [files, options, expected] of cases) assert.match((await problemsOf(load(files, ['fleet.csv'], options)))[0]!, expected);
    assert.match((await problemsOf(load({ 't.yaml': ok, 'a.yaml': device('gw-01') }, ['a.yaml'], { template: 't.yaml' })))[0]!, /^t\.yaml: is a template, but no CSV file/);
    const mixed = `${device('gw-01').replace('EdgeDevice', 'edgedevice')}---\n${device('GW_2')}---\nkind: Pod\n---\n${device('GW_4')}`;
    const inOrder = await problemsOf(load({ 'a.yaml': mixed }, ['a.yaml']));
    assert.deepEqual(inOrder.map((one) => /document \d/.exec(one)?.[0]), ['document 1', 'document 2', 'document 3', 'document 4'], inOrder.join('\n'));
    assert.match(inOrder[0]!, /document 1: has kind edgedevice; did you mean EdgeDevice\?/);
    for (const path of ['nope.csv', 'nope.xlsx', 'nope.tsv']) {
      const missing = await problemsOf(load({ 't.yaml': ok }, [path], { template: 't.yaml' }));
      assert.equal(missing.length, 1, `${path} was given, so only that it cannot be read is wrong: ${missing.join('; ')}`);
      assert.match(missing[0]!, new RegExp(`^${path}: cannot be read`));
    }
  });
});
