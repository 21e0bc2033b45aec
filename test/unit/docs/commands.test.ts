import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { EdgeCommand } from '../../../src/cli/run/command.js';
import { defaultDeps } from '../../../src/cli/run/deps.js';
import { buildProgram, commandFirst } from '../../../src/cli/run/program.js';
import { makeSession } from '../../../src/cli/run/session.js';
import { describeTree, walk } from '../../../src/cli/completion/tree.js';
import { fences, pages, prose, read } from '../../docs/markdown.js';

const sink = { write: () => true };
const session = () => makeSession({
  stdin: { async *[Symbol.asyncIterator]() {} }, stdout: sink, stderr: sink, env: {}, now: () => 0, sleep: async () => undefined,
  signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 1,
}, defaultDeps);

/** Problems that the real command line has with the words, its actions taken off. */
async function problemsOf(args: readonly string[]): Promise<string[]> {
  const program = await buildProgram(session(), 'all');
  let ran: EdgeCommand | undefined;
  const disarm = (command: EdgeCommand): void => {
    if (command.commands.length > 0) for (const child of command.commands) disarm(child as EdgeCommand);
    else command.action(() => void (ran = command));
  };
  disarm(program);
  try {
    await program.parseAsync(commandFirst(args), { from: 'user' });
  } catch (error) {
    if ((error as { code?: string }).code === 'commander.helpDisplayed') return [];
    return [(error as Error).message];
  }
  return ran === undefined ? ['no command ran'] : ran.problems.map(({ field, message }) => `${field}: ${message}`);
}

/** Words of a shell's simple command; quotes are taken off, redirections and comments end it. */
function words(command: string): string[] {
  const found = [...command.matchAll(/(?:[^\s"'#>|;&]|(?<=\S)#|"[^"]*"|'[^']*')+|[#>|;&]/g)].map((match) => match[0]);
  const end = found.findIndex((word) => /^[#>|;&]$/.test(word));
  return (end < 0 ? found : found.slice(0, end)).map((word) => word.replaceAll(/["']/g, ''));
}

/** Every call of edge-vm in a block of shell: after a prompt, variables, a pipe, or in `$(…)`. */
export function calls(block: string): string[][] {
  const text = block.replaceAll(/\\\n\s*/g, ' ');
  const command = /(?:^(?:\$ )?(?:[A-Z_]+=(?:"[^"]*"|\S*) )*|[$<]\(|[|&] )(?:kubectl edge-vm|(?:bin\/)?edge-vm)(?= |$)([^\n)]*)/gm;
  return [...text.matchAll(command)].map((match) => words(match[1]!));
}

const isShell = (language: string): boolean => ['sh', 'bash', 'shell', 'console'].includes(language);

/** Flags of the scripts that pages speak of, by the scripts' own help. */
function scriptFlags(): string[] {
  return ['scripts/aks-bootstrap.sh', 'scripts/kubevirt-install.sh', 'scripts/release.mjs', 'packaging/image/build.sh'].flatMap((script) => {
    const help = execFileSync(script, ['--help'], { encoding: 'utf8' });
    return [...help.matchAll(/--[a-z][-a-z]*/g)].map((match) => match[0]);
  });
}

describe('commands in README and docs', () => {
  it('are found in all forms that the pages use', () => {
    const block = '$ edge-vm list -A\neval "$(bin/edge-vm lab env)"   # edge-vm is not called here\nKEY="$(cat a b)" edge-vm create x \\\n  --register > out\nedge-vm render "a b" | kubectl create -f -\nkubectl edge-vm version\nkubectl create role edge-vm -n x\n# edge-vm nothing\n';
    assert.deepEqual(calls(block), [['list', '-A'], ['lab', 'env'], ['create', 'x', '--register'], ['render', 'a b'], ['version']]);
  });

  it('are distinguished from wrong ones', async () => {
    assert.deepEqual(await problemsOf(['wait', 'gw-01', '--for', 'connected']), ['--for: unknown flag; did you mean --wait-for STAGE?']);
    assert.deepEqual(await problemsOf(['wait', 'gw-01', '--wait-for', 'nowhere']).then((found) => found.length), 1);
    assert.deepEqual(await problemsOf(['lab', 'upp']).then((found) => found.length), 1);
    assert.deepEqual(await problemsOf(['create', 'gw-01', '--register']), []);
  });

  for (const path of pages()) {
    for (const { text, line, language } of fences(read(path))) {
      // `edge-vm __complete` is for shells; it stands outside of the command tree.
      for (const args of isShell(language) ? calls(text).filter(([first]) => first?.startsWith('__') !== true) : []) {
        it(`${path}:${line}: edge-vm ${args.join(' ')}`, async () => {
          assert.deepEqual(await problemsOf(args), []);
        });
      }
    }
  }

  for (const file of readdirSync('docs/examples').filter((name) => name.endsWith('.yaml'))) {
    it(`docs/examples/${file}: what its first lines say`, async () => {
      const said = calls(read(`docs/examples/${file}`).replaceAll(/^#   /gm, ''));
      assert.equal(said.length, 1);
      for (const args of said) {
        assert.deepEqual(await problemsOf(args), []);
        assert.ok(args.includes(`docs/examples/${file}`));
      }
    });
  }

  it('have only flags that exist, in running text too', async () => {
    const ofCommand = walk(describeTree(await buildProgram(session(), 'all'))).flatMap(({ node }) => node.flags.map((flag) => flag.long));
    const known = new Set([...ofCommand, ...scriptFlags()]);
    const unknown = pages().flatMap((path) => [...prose(read(path)).matchAll(/`(--[a-z][-a-z]*)[^`]*`/g)]
      .filter((match) => !known.has(match[1]!)).map((match) => `${path}: ${match[0]}`));
    assert.deepEqual(unknown, []);
  });
});
