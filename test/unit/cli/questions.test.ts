import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putNamespaces } from '../../helpers/put-namespaces.js';
import type { Outcome, RunOptions } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

const device = (name: string, rest: string): string => `kind: EdgeDevice\nmetadata: {name: ${name}${rest}}\nspec: {identity: {register: {}}}\n`;

/** Every command that asks, and what only shows what it would do. */
const questions: [args: string[], shows: string[]][] = [
  [['create', '-f', 'one.yaml', '--no-wait'], ['--dry-run', 'client']],
  [['set', 'gw-01', '--user', 'ops', '--no-wait'], ['--dry-run', 'client']],
  [['apply', '-f', 'one.yaml', '--no-wait'], ['--plan']],
  [['apply', '-f', 'same.yaml', '--no-wait', '--prune', '-l', 'site=south'], ['--plan']],
  [['delete', 'gw-01'], ['--dry-run', 'client']],
  [['delete', 'gw-01', 'gw-02'], ['--dry-run', 'client']],
  [['delete', '--all'], ['--dry-run', 'client']],
];

describe('cli: after a no to a question', () => {
  let world: World;
  let cwd: string;
  beforeEach(async () => {
    world = openWorld();
    putNamespaces(world.cluster, 'edge');
    cwd = await mkdtemp(join(tmpdir(), 'edge-vm-'));
    await writeFile(join(cwd, 'same.yaml'), device('gw-01', ', labels: {site: south}'));
    await writeFile(join(cwd, 'one.yaml'), device('gw-01', ''));
    await writeFile(join(cwd, 'other.yaml'), device('gw-02', ', labels: {site: south}'));
    assert.equal((await run(['apply', '-f', 'same.yaml', '-f', 'other.yaml', '--no-wait'])).code, 0);
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> => world.run(args, { env: { ...withHub, NO_COLOR: '1' }, cwd, ...options });

  for (const [args, shows] of questions) {
    it(`the hint says how to go on, and that is so: ${args.join(' ')}`, async () => {
      const before = world.versions();
      const no = await run(args, { terminal: true, columns: 80, stdin: 'n\n' });
      assert.equal(no.code, 130, no.stderr);
      const hint = no.stderr.slice(no.stderr.lastIndexOf('\nhint:'));
      assert.match(hint, /--yes /);
      assert.ok(hint.includes(`${shows.join(' ')} only shows`), hint);
      const shown = await run([...args, ...shows], { terminal: true, columns: 80 });
      assert.deepEqual([shown.code, /Go on\?/.test(shown.stderr)], [0, false], shown.stderr);
      assert.deepEqual(world.versions(), before);
      const yes = await run([...args, '--yes'], { terminal: true, columns: 80 });
      assert.deepEqual([yes.code, /Go on\?/.test(yes.stderr)], [0, false], yes.stderr);
      assert.notDeepEqual(world.versions(), before);
    });
  }

  it('says so if nobody answers, on a line of its own', async () => {
    const before = world.versions();
    const none = await run(['delete', 'gw-01', 'gw-02'], { terminal: true, columns: 80, stdin: '' });
    assert.equal(none.code, 130);
    assert.match(none.stderr, /Go on\? \[y\/N\] \n(?:.*\n)*.*nobody answered the question: nothing was deleted/);
    assert.match((await run(['delete', 'gw-01', 'gw-02'], { terminal: true, columns: 80, stdin: '\n' })).stderr, /you said no: nothing was deleted/);
    assert.deepEqual(world.versions(), before);
  });

  it('a fleet’s hint names what a guest needs for the settings of its first boot', async () => {
    await writeFile(join(cwd, 'one.yaml'), device('gw-01', ', labels: {site: south}').replace('{register: {}}', '{register: {}}, guest: {user: ops}'));
    const { code, stderr } = await run(['apply', '-f', 'one.yaml', '--no-wait']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /higher spec\.firstBootGeneration in the file, and --restart/);
  });
});
