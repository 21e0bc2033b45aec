// docs/reference/commands.md, from the command line itself.
import { defaultDeps } from '../../dist/src/cli/run/deps.js';
import { buildProgram } from '../../dist/src/cli/run/program.js';
import { makeSession } from '../../dist/src/cli/run/session.js';
import { anchor, fence, page, table } from './markdown.mjs';

const intro = `\`edge-vm COMMAND --help\` prints the same. All commands and flags also work as \`kubectl edge-vm …\`. Flags of cluster and output
may stand before the command, as with kubectl.`;

/** Every command that does something, with the words that lead to it. */
async function leaves() {
  const sink = { write: () => true };
  const program = await buildProgram(makeSession({
    stdin: { async *[Symbol.asyncIterator]() {} }, stdout: sink, stderr: sink, env: {}, now: () => 0, sleep: async () => undefined,
    signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 1,
  }, defaultDeps), 'all');
  const walk = (command, words) => (command.commands.length > 0 ? command.commands.flatMap((child) => walk(child, [...words, child.name()])) : [{ name: words.join(' '), command }]);
  return walk(program, []);
}

/** The flags of a command by the headings of its help, as rows. */
function groupsOf(command) {
  const groups = new Map();
  for (const option of command.options.filter(({ hidden }) => !hidden)) {
    const heading = (option.helpGroupHeading ?? 'Options').replace(/:$/, '');
    groups.set(heading, [...(groups.get(heading) ?? []), [`\`${option.flags}\``, option.description.replaceAll('<', String.raw`\<`)]]);
  }
  return groups;
}

/** Paragraphs of a description; what is indented in it is a block. */
function described(text) {
  const paragraphs = text.split('\n\n').map((paragraph) => {
    const [first, ...rest] = paragraph.split('\n');
    if (!/^ {2}/m.test(paragraph)) return paragraph.replaceAll('\n', ' ');
    const block = fence('console', (first.startsWith('  ') ? [first, ...rest] : rest).map((line) => `$ ${line.trim()}`).join('\n'));
    return first.startsWith('  ') ? block : `${first.replace(/\s+$/, '')}\n\n${block}`;
  });
  return paragraphs.join('\n\n');
}

export async function commandsPage() {
  const commands = (await leaves()).map(({ name, command }) => ({ name, command, groups: groupsOf(command) }));
  const key = (heading, rows) => JSON.stringify([heading, rows]);
  const uses = new Map();
  for (const { groups } of commands) for (const [heading, rows] of groups) uses.set(key(heading, rows), (uses.get(key(heading, rows)) ?? 0) + 1);
  // The group of a heading that most commands have stands once, at the end. Other groups stand with their command.
  const most = new Map();
  for (const [one, count] of uses) {
    const [heading] = JSON.parse(one);
    if (count > (most.get(heading)?.count ?? 1)) most.set(heading, { one, count });
  }
  const shared = [...most.values()].map(({ one }) => JSON.parse(one));
  const titles = new Map(shared.map(([heading, rows]) => [key(heading, rows), `Flags: ${heading}`]));
  const sections = commands.map(({ name, command, groups }) => {
    const own = [...groups].filter(([heading, rows]) => !titles.has(key(heading, rows)));
    const others = [...groups].flatMap(([heading, rows]) => titles.get(key(heading, rows)) ?? []).map((title) => `[${title.slice('Flags: '.length)}](#${anchor(title)})`);
    const args = command.registeredArguments.map((argument) => [`\`${argument.name()}\``, argument.description]);
    return [
      `## ${name}`, described(command.description() || command.summary()), fence('text', `edge-vm ${name} ${command.usage()}`),
      ...(args.length === 0 ? [] : [table(['argument', 'meaning'], args)]),
      ...(own.length === 0 ? [] : [table(['flag', 'meaning'], own.flatMap(([, rows]) => rows))]),
      ...(others.length === 0 ? [] : [`Also the flags of: ${others.join(', ')}.`]),
    ].join('\n\n');
  });
  const list = commands.map(({ name, command }) => [`[${name}](#${anchor(name)})`, command.summary()]);
  return page('Commands', intro, table(['command', 'does'], list), ...sections, ...shared.map(([heading, rows]) => `## ${titles.get(key(heading, rows))}\n\n${table(['flag', 'meaning'], rows)}`));
}
