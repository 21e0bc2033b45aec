import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load, loadAll } from 'js-yaml';
import { DEVICE_FLAGS, type DeviceFlag } from '../../../../src/cli/flags/device-flags.js';
import { deviceInputOfFlags, setField } from '../../../../src/cli/flags/device-values.js';
import { toOption } from '../../../../src/cli/flags/group.js';
import { declaredFields } from '../../../../src/spec/schema/walk.js';
import { connectionString, run } from '../helpers/run.js';
import { companions, sampleFiles, sampleOf } from './samples.js';

const flags = DEVICE_FLAGS.flatMap(([, group]) => group);
const env = { EDGE_VM_CONNECTION_STRING: connectionString };
let cwd: string;

async function rendered(args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await run(['render', 'gw-01', '--secret=include', ...args], { env, cwd, ...(stdin === undefined ? {} : { stdin }) });
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** With the decoded files of the guest: the Secret holds them in base64. */
function decoded(manifests: string): string {
  const secret = loadAll(manifests).find((one) => (one as { kind: string }).kind === 'Secret') as { data?: Record<string, string> };
  const userData = Buffer.from(secret.data?.['userdata'] ?? '', 'base64').toString('utf8');
  const { write_files: files = [] } = load(userData.slice(userData.indexOf('#cloud-config'))) as { write_files?: { content: string; encoding?: string }[] };
  return [manifests, userData, ...files.map(({ content, encoding }) => (encoding === undefined ? content : Buffer.from(content, 'base64').toString('utf8')))].join('\n');
}

/** The words of a flag with its sample. */
function wordsOf(flag: DeviceFlag): string[] {
  const long = toOption(flag).long!;
  return flag.node.type === 'boolean' ? [long] : flag.preset === undefined ? [long, sampleOf(flag).text] : [`${long}=${sampleOf(flag).text}`];
}

/** Every scalar of a value, as text. */
function scalars(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(scalars);
  return typeof value === 'boolean' ? [] : [String(value)];
}

describe('every flag and field of a device', () => {
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'edge-vm-fields-'));
    for (const [name, text] of Object.entries(sampleFiles)) writeFileSync(join(cwd, name), text);
  });
  after(() => rmSync(cwd, { recursive: true, force: true }));

  for (const flag of flags) {
    const long = toOption(flag).long!;
    it(`${long}: what is given arrives, and nothing arrives where it is not`, async () => {
      const beside = companions[flag.field] ?? [];
      const [without, by] = await Promise.all([rendered(beside).catch(() => rendered([])), rendered([...beside, ...wordsOf(flag)])]);
      // Only edge-vm reads it, in the kept device: no manifest has it.
      if (flag.field === 'spec.deletionPolicy') return assert.equal(by, without);
      assert.notEqual(by, without, `${long} changes nothing`);
      const option = toOption(flag);
      const { input } = deviceInputOfFlags({ [option.attributeName()]: flag.node.type === 'boolean' ? !option.negate : flag.repeat === true ? [sampleOf(flag).text] : sampleOf(flag).text }, '/');
      // A file's text is compared below. For these three, the rendered text uses other words.
      if (sampleFiles[flag.field] !== undefined || ['spec.firstBootGeneration', 'spec.vm.readinessProbe', 'spec.guest.engine'].includes(flag.field)) return;
      const value = flag.field.split('.').reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], input);
      // The address of a pvc: source is cut at its colon.
      for (const one of scalars(value)) assert.ok(decoded(by).includes(one.replace('pvc:images/', '')), `${one} of ${long} does not arrive`);
    });

    it(`${long}: says the same as ${flag.field} in a file`, async () => {
      const beside = companions[flag.field] ?? [];
      const option = toOption(flag);
      const { input } = deviceInputOfFlags({ [option.attributeName()]: flag.node.type === 'boolean' ? !option.negate : flag.repeat === true ? [sampleOf(flag).text] : sampleOf(flag).text }, cwd);
      if (flag.node.type === 'document') setField(input, flag.field, load(sampleFiles[flag.field]!));
      const [byFlag, byFile] = await Promise.all([rendered([...beside, ...wordsOf(flag)]), rendered(['-f', '-', ...beside], dump({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', ...input }))]);
      assert.equal(byFlag, byFile);
    });
  }

  it("a file's own value stands where no flag names it", async () => {
    for (const flag of flags.filter(({ field }) => sampleFiles[field] === undefined && companions[field] === undefined && !field.startsWith('spec.vm.instancetype'))) {
      const option = toOption(flag);
      const { input } = deviceInputOfFlags({ [option.attributeName()]: flag.node.type === 'boolean' ? !option.negate : flag.repeat === true ? [sampleOf(flag).text] : sampleOf(flag).text }, cwd);
      const file = dump({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', ...input });
      const other = flag.field === 'metadata.labels' ? ['--annotation', 'a=b'] : ['--label', 'a=b'];
      const [alone, beside] = await Promise.all([rendered(['-f', '-'], file), rendered(['-f', '-', ...other], file)]);
      const value = flag.field.split('.').reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], input);
      for (const one of scalars(value).filter((text) => alone.includes(text))) assert.ok(beside.includes(one), `${flag.field}: ${one} is lost beside another flag`);
    }
  });

  it('no flag of a text, a number or a list arrives as true or false', () => {
    for (const flag of flags.filter(({ node }) => node.type !== 'boolean')) {
      for (const wrong of [true, false]) {
        const { input } = deviceInputOfFlags({ [toOption(flag).attributeName()]: wrong }, '/');
        assert.deepEqual(input, {}, toOption(flag).long);
      }
    }
  });

  it('every field has a sentence, and a flag names one field only', () => {
    for (const { path, node } of declaredFields().values()) assert.match(node.help, /^\S.*[^.]$/s, path);
    const names = flags.map((flag) => toOption(flag).long);
    assert.equal(new Set(names).size, names.length);
  });
});
