import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FlagOption } from '../../../src/cli/flags/group.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { leafOf, leafPaths } from './helpers/leaves.js';
import { hubConnectionString, run, type Outcome } from './helpers/run.js';

/** A mistake in one flag or in the name. */
interface Slip {
  path: string[];
  /** What the problem must name. */
  field: string;
  what: string;
  words: string[];
}

/** Command lines without a mistake: the slips are added to them. */
const bases: Readonly<Record<string, string[]>> = {
  create: ['gw-01', '--register'], render: ['gw-01', '--register'], apply: ['-f', 'd.yaml'], diff: ['gw-01', '-f', 'd.yaml'], set: ['gw-01', '--cpus', '2'], delete: ['gw-01', '--yes'],
  status: ['gw-01'], wait: ['gw-01'], start: ['gw-01'], restart: ['gw-01'], get: ['gw-01'], edit: ['gw-01'], explain: ['spec.vm'], completion: ['bash'],
};
const baseOf = (path: readonly string[]): string[] => bases[path.join(' ')] ?? [];
/** Flags that need or exclude others: that is a problem of its own. */
const withOthers = /^--(?:selector|from-secret|connection-string-file|data-disk-storage-class|edge-apt-.*|edge-ca-.*|edge-version|registry-.*|filename|template)$/;
const units: readonly [flags: RegExp, value: string][] = [[/<n>|<number>|<count>/, '4x'], [/<duration>/, '5min'], [/<size>|<memory>/, '4 Gigs']];

async function slipsOf(path: string[]): Promise<Slip[]> {
  const { options, registeredArguments } = await leafOf(path);
  const longs = options.flatMap(({ long }) => long ?? []);
  const flags = options.flatMap((option): Slip[] => {
    const { long, required, flags: form } = option;
    if (long === undefined || baseOf(path).includes(long)) return [];
    const near = `${long.slice(0, -2)}${long.at(-1)}${long.at(-2)}`;
    const slip = (what: string, ...words: string[]): Slip => ({ path, field: long, what, words });
    const unit = units.find(([flag]) => flag.test(form));
    return [
      ...(longs.includes(near) ? [] : [{ ...slip('a letter too far', near), field: near }]),
      ...(required ? [slip('no value', long), slip('an empty value', long, ''), slip('an empty value', `${long}=`), slip('a value of blanks', long, '  ')] : []),
      ...(required && !(option instanceof FlagOption && option.repeat) ? [slip('two values', long, 'a', `${long}=b`)] : []),
      ...(required && unit !== undefined ? [slip('a unit', long, unit[1])] : []),
    ];
  });
  const takesName = registeredArguments[0]?.name() === 'name';
  return takesName ? [...flags, { path, field: 'NAME', what: 'a name of another kind', words: [] }] : flags;
}

describe('cli: slips', () => {
  let folder: string;
  let all: Slip[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slips-'));
    writeFileSync(join(folder, 'd.yaml'), 'apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: gw-01}\nspec: {identity: {register: {}}}\n');
    all = (await Promise.all((await leafPaths()).map(slipsOf))).flat();
    assert.ok(all.length > 1000, String(all.length));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the command with these slips; gives the fields of the problems. Nothing may be asked. */
  async function problemsOf(path: readonly string[], slips: readonly Slip[]): Promise<string[]> {
    const asked: string[] = [];
    const door = (name: string) => async (): Promise<never> => {
      asked.push(name);
      throw new Error(`${name} was asked`);
    };
    const base = slips.some(({ field }) => field === 'NAME') ? baseOf(path).map((word) => (word === 'gw-01' ? 'pod/gw-01' : word)) : baseOf(path);
    // A flag without its value stands at the end; before a flag it would lack its value too.
    const words = slips.toSorted((a, b) => Number(a.what === 'no value') - Number(b.what === 'no value')).flatMap((slip) => slip.words);
    const argv = [...path, ...base, ...words];
    const said = argv.join(' ');
    const outcome: Outcome = await run(argv, { cwd: folder, terminal: true, env: { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString, NO_COLOR: '1' }, deps: { cluster: door('the cluster'), hub: door('the hub'), lab: door('the lab'), operator: door('the operator') } });
    const { code, stdout, stderr } = outcome;
    assert.deepEqual([code, asked, stdout], [2, [], ''], `${said}\n${stderr}`);
    assert.equal(stderr.match(/^error:/gm)?.length, 1, `${said}\n${stderr}`);
    assert.doesNotMatch(stderr, /^ +at |unexpected|undefined|\[object/m, said);
    const head = stderr.split(/^cause:/m)[0]!;
    const lines = /^error: \d+ problems:/.test(head) ? head.trimEnd().split('\n').slice(1).filter((line) => /^ {2}\S/.test(line)) : [head.replace(/^error: /, '')];
    return lines.map((line) => line.trim());
  }

  const names = (problem: string, field: string): boolean => problem.startsWith(`${field}:`) || problem.startsWith(`${field} (`);

  it('each slip of each flag of each command gives one problem, with exit code 2 and without a request', async () => {
    // Others have the device's flags of create too: the random test has those.
    const ofCreate = new Set(all.filter(({ path }) => path[0] === 'create').map(({ field, what }) => `${field} ${what}`));
    for (const slip of all) {
      if (['render', 'set'].includes(slip.path[0]!) && ofCreate.has(`${slip.field} ${slip.what}`)) continue;
      const problems = await problemsOf(slip.path, [slip]);
      const said = `${slip.path.join(' ')} ${slip.field}, ${slip.what}: ${problems.join('; ')}`;
      assert.equal(problems.filter((problem) => names(problem, slip.field)).length, 1, said);
      if (!withOthers.test(slip.field)) assert.equal(problems.length, 1, said);
    }
  }).timeout(120_000);

  it('several slips together give one error that names each of them, and tells nothing twice', async () => {
    const paths = [...new Set(all.map(({ path }) => path))];
    await fc.assert(fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { minLength: 2, maxLength: 4 }), async (which, picks) => {
      const own = all.filter(({ path }) => path === paths[which % paths.length]);
      if (own.length === 0) return;
      const slips = [...new Map(picks.map((pick) => own[pick % own.length]!).map((slip) => [slip.field, slip])).values()];
      const problems = await problemsOf(own[0]!.path, slips);
      assert.equal(new Set(problems).size, problems.length, problems.join('; '));
      // Behind an unknown flag, a word may be its value. Two flags of the slips may exclude each other: that is a problem too.
      const isUnread = slips.some(({ field }) => field === '--filename');
      for (const { field } of slips) if (field !== 'NAME' && (field === '--filename' || !isUnread)) assert.ok(problems.some((problem) => names(problem, field)), `${field}: ${problems.join('; ')}`);
    }), { numRuns: propertyRuns(150) });
  }).timeout(120_000);
});
