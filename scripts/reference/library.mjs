// docs/reference/library.md, from the declarations that the compiler writes (dist/src/**/*.d.ts) and their comments.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fence, page, table } from './markdown.mjs';

const intro = `Everything that \`import … from 'edge-vm'\` offers. [library.md](../library.md) shows how to use it. The declarations in the package have
the complete comments and the fields of each type; an editor shows them.`;

/** Modules of the index, with the comment above each. */
function modulesOf(index) {
  return [...readFileSync(index, 'utf8').matchAll(/\/\*\* ([^*]+) \*\/\nexport \* from '([^']+)';/g)].map(([, about, from]) => ({ about, file: fileOf(index, from) }));
}

function fileOf(importer, from) {
  return join(dirname(importer), from.replace(/\.js$/, '.d.ts'));
}

/** What a module exports, in its order: name, kind, comment and declaration. */
function exportsOf(file) {
  const text = readFileSync(file, 'utf8');
  const found = [];
  for (const statement of statementsOf(text)) {
    const again = /^export (?:type )?\{([^}]*)\} from '([^']+)';$/s.exec(statement.text);
    const all = /^export (?:type )?\*(?: as (\w+))? from '([^']+)';$/.exec(statement.text);
    if (again !== null) {
      const from = exportsOf(fileOf(file, again[2]));
      for (const part of again[1].split(',').map((word) => word.trim().replace(/^type /, '')).filter(Boolean)) {
        const [name, as = name] = part.split(/ as /);
        const one = from.find((candidate) => candidate.name === name);
        if (one === undefined) throw new Error(`${file}: ${name} is not in ${again[2]}`);
        found.push({ ...one, name: as });
      }
    } else if (all?.[1] !== undefined) found.push({ name: all[1], kind: 'namespace', comment: statement.comment, text: '' });
    else if (all !== null) found.push(...exportsOf(fileOf(file, all[2])));
    else {
      const [, kind, name] = /^export (?:declare )?(?:abstract )?(function|class|const|interface|type) (\w+)/.exec(statement.text) ?? [];
      if (kind === undefined) throw new Error(`${file}: not understood: ${statement.text.slice(0, 80)}`);
      found.push({ name, kind, comment: statement.comment, text: statement.text });
    }
  }
  return found;
}

/** Exported statements of a declaration file with the comment before each. They begin in the first column. */
function statementsOf(text) {
  const found = [];
  let comment = '';
  let open;
  for (const line of text.replaceAll(/^\/\/.*$/gm, '').split('\n')) {
    if (open !== undefined) open.text += `\n${line}`;
    else if (line.startsWith('/**')) comment = line;
    else if (line.startsWith(' *')) comment += `\n${line}`;
    else if (/^(?:export|import|declare|type|interface|const)\b/.test(line)) open = { text: line, comment };
    else if (line.trim() !== '') comment = '';
    if (open !== undefined && isWhole(open.text)) {
      if (/^export (?!\{\};)/.test(open.text)) found.push(open);
      open = undefined;
      comment = '';
    }
  }
  return found;
}

function isWhole(text) {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '');
  const depth = (bare.match(/[{([]/g) ?? []).length - (bare.match(/[})\]]/g) ?? []).length;
  return depth === 0 && /[;}]\s*$/.test(bare);
}

/** First sentence of a comment. */
function sentence(comment) {
  const words = comment.replaceAll(/\n \* ?/g, ' ').replaceAll(/^\/\*\*|\*\/$/g, '').trim();
  return /^(.*?(?<!\be\.g|\bi\.e|\bvs)[.:])(?:\s|$)/s.exec(words)?.[1].replace(/:$/, '.') ?? words;
}

/** A function or constant without what declaration files put around it. */
function signature({ kind, name, text }) {
  const bare = text.replaceAll(/\/\*\*[\s\S]*?\*\/\s*/g, '').replace(/^export (?:declare )?/, '');
  if (kind !== 'const') return bare;
  return bare.length < 200 ? bare : `const ${name}: …;`;
}

export function libraryPage(root) {
  const index = join(root, 'dist/src/index.d.ts');
  const sections = modulesOf(index).flatMap(({ about, file }) => {
    const all = exportsOf(file).sort((one, other) => one.name.localeCompare(other.name, 'en'));
    const functions = all.filter(({ kind }) => kind === 'function' || kind === 'const');
    const types = all.filter(({ kind }) => kind !== 'function' && kind !== 'const');
    return [
      `## ${about.replace(/\.$/, '')}`,
      ...functions.map((one) => `### ${one.name}\n\n${[sentence(one.comment), fence('ts', signature(one))].filter(Boolean).join('\n\n')}`),
      ...(types.length === 0 ? [] : [table(['type', 'kind', 'meaning'], types.map((one) => [`\`${one.name}\``, one.kind, sentence(one.comment)]))]),
    ];
  });
  return page('Library', intro, ...sections);
}
