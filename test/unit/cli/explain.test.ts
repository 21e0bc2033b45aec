import assert from 'node:assert/strict';
import { declaredFields } from '../../../src/spec/schema/walk.js';
import { run } from './helpers/run.js';

describe('edge-vm explain', () => {
  it('shows type, default, flag, what is accepted and what a change does', async () => {
    const { code, stdout, stderr } = await run(['explain', 'spec.vm.memory']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^FIELD: +spec\.vm\.memory$/m);
    assert.match(stdout, /^TYPE: +text$/m);
    assert.match(stdout, /^DEFAULT: +2Gi$/m);
    assert.match(stdout, /^FLAG: +--memory <size>$/m);
    assert.match(stdout, /^ACCEPTED: +a quantity such as 2Gi, from 512Mi to 4Ti$/m);
    assert.match(stdout, /^CHANGE: +takes effect when the machine is restarted$/m);
  });

  it('says how a field differs in a cluster, and nothing where it does not', async () => {
    for (const [path, says] of [['spec.guest.cloudConfigFile', 'no such field. It is a path: give cloudConfig.'], ['spec.identity.connectionString.env', 'no such field. A secret is in a Secret: give secretRef.'], ['spec.guest.sshKeys', 'the text itself, not a path'], ['spec.vm.cpus', undefined]] as const) {
      assert.equal(/^CLUSTER: +(.*)$/m.exec((await run(['explain', path])).stdout)?.[1], says);
    }
  });

  it('takes a path without spec, with places of lists, and no path at all', async () => {
    for (const [given, path] of [['vm.memory', 'spec.vm.memory'], ['vm.tolerations[2].key', 'spec.vm.tolerations[].key'], ['generation', 'spec.firstBootGeneration'], ['spec.generation', 'spec.firstBootGeneration'], ['metadata', 'metadata'], ['EdgeDevice', 'EdgeDevice'], ['', 'EdgeDevice']]) {
      const { code, stdout } = await run(given === '' ? ['explain'] : ['explain', given!]);
      assert.equal(code, 0, given);
      assert.ok(stdout.includes(`FIELD:    ${path}\n`), `${given}: ${stdout.slice(0, 80)}`);
    }
  });

  it('lists the fields of a mapping, and all below it on request', async () => {
    const flat = await run(['explain', 'guest.proxy']);
    assert.deepEqual([...flat.stdout.matchAll(/^ {2}(\w+) {2}</gm)].map((match) => match[1]), ['http', 'https', 'noProxy']);
    const { stdout } = await run(['explain', '--recursive', '-o', 'json']);
    const paths = (field: { path: string; fields?: never[] }): string[] => [field.path, ...(field.fields ?? []).flatMap(paths)];
    const told = new Set(paths(JSON.parse(stdout) as { path: string }));
    assert.deepEqual([...declaredFields().keys()].filter((path) => !told.has(path)), []);
  });

  it('stays within 80 columns for every field', async () => {
    for (const path of declaredFields().keys()) {
      const { stdout } = await run(['explain', path], { columns: 80 });
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80 || !/\s\S+\s\S/.test(line.trim()), `${path}: ${line}`);
    }
  });

  it('suggests the field that was meant', async () => {
    const { code, stderr } = await run(['explain', 'spec.vm.memry']);
    assert.equal(code, 2);
    for (const [word, path] of [['memory', 'spec\\.vm\\.memory'], ['trustbundle', 'spec\\.edge\\.trustBundle'], ['disk-size', 'spec\\.vm\\.disk\\.size'], ['volumeMode', 'spec\\.vm\\.disk\\.volumeMode or spec\\.vm\\.dataDisk\\.volumeMode']] as const) {
      assert.match((await run(['explain', word])).stderr, new RegExp(`did you mean ${path}\\? \\(got`));
    }
    assert.match(stderr, /field: there is no such field; did you mean (?:spec\.)?vm\.memory\? \(got "spec\.vm\.memry"\)/);
  });
});
