// Makes the TypeScript types and the JSON Schema from the declared fields of the EdgeDevice (src/spec/schema).
// scripts/docs.mjs makes the tables of the documentation.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The declarations, which are TypeScript, as a module that runs here. */
export async function loadDeclarations(root) {
  const entry = `export { device } from './src/spec/schema/device.ts'; export * from './src/spec/schema/json-schema.ts'; export * from './src/spec/schema/walk.ts'; export * from './src/spec/schema/crd.ts'; export * from './src/spec/schema/in-cluster.ts'; export { FLAG_GROUPS } from './src/spec/schema/node.ts';`;
  const { outputFiles } = await build({ stdin: { contents: entry, resolveDir: root, loader: 'ts' }, bundle: true, write: false, platform: 'node', format: 'esm', logLevel: 'warning' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Writes each of both only if it differs, because a new file time would make tsc build again. */
export async function generateSchema(root) {
  const declared = await loadDeclarations(root);
  writeChanged(join(root, 'src/spec/device.generated.ts'), typesOf(declared.device));
  writeChanged(join(root, 'schema/edge-device.schema.json'), `${JSON.stringify(declared.jsonSchema(), null, 2)}\n`);
}

export function writeChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

/** An interface for each named mapping, an alias for each named choice. */
function typesOf(device) {
  const named = new Map();
  const render = (node, indent) => {
    if (node.name === 'SecretSource') return 'SecretSource';
    switch (node.type) {
      case 'text': return 'string';
      case 'integer': return 'number';
      case 'boolean': return 'boolean';
      case 'document': return 'Record<string, unknown>';
      case 'map': return 'Record<string, string>';
      case 'list': {
        const entry = render(node.of, indent);
        return entry.includes(' ') ? `(${entry})[]` : `${entry}[]`;
      }
      case 'choice': return name(node, () => `export type ${node.name} = ${node.values.map((value) => quote(value)).join(' | ')};`) ?? node.values.map((value) => quote(value)).join(' | ');
      case 'object': return name(node, () => `export interface ${node.name} {\n${members(node, '  ')}}`) ?? `{\n${members(node, `${indent}  `)}${indent}}`;
      default: throw new Error(`no type for ${node.type}`);
    }
  };
  const members = (node, indent) => Object.entries(node.fields).map(([key, child]) => {
    const needed = child.required === true ? '' : '?';
    return `${comment(child, indent)}${indent}${key}${needed}: ${key === 'status' ? '{ conditions?: Condition[] }' : render(child, indent)};\n`;
  }).join('');
  const name = (node, declare) => {
    if (node.name === undefined) return undefined;
    if (!named.has(node.name)) {
      named.set(node.name, '');
      named.set(node.name, `${comment(node, '')}${declare()}`);
    }
    return node.name;
  };
  render(device, '');
  return [
    '// Made by scripts/schema.mjs from src/spec/schema/; not committed.',
    "import type { Condition, SecretSource } from './types.js';",
    '',
    ...[...named.values()].reverse().map((text) => `${text}\n`),
  ].join('\n');
}

const quote = (value) => (typeof value === 'string' ? `'${value}'` : String(value));

function comment(node, indent) {
  const parts = [`${node.help}.`, ...(node.detail === undefined ? [] : [node.detail])];
  if (node.default !== undefined) parts.push(`Default: \`${JSON.stringify(node.default)}\`.`);
  else if (node.defaultText !== undefined) parts.push(`Absent: ${node.defaultText}.`);
  return `${indent}/** ${parts.join(' ').replaceAll('*/', '* /')} */\n`;
}
