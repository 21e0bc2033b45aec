// The documentation of the EdgeDevice's fields, made from their declarations (src/spec/schema).

const effects = { 'at-once': 'at once', restart: 'at a restart', 'first-boot': 'at a first boot', never: 'never' };

/** Rows of the fields below one of `paths`, as cells of Markdown. */
export function fieldRows({ declaredFields }, paths) {
  return [...declaredFields().values()].filter(({ path }) => paths.some((root) => path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`))).filter(({ path }) => !belowSecret(declaredFields, path)).map(({ path, node, change }) => [
    `\`${path}\``, node.flag === undefined ? '' : `\`${node.flag.flags.split(' ')[0]}\``, defaultOf(node), effects[change], meaningOf(node),
  ]);
}

/** Rows of the fields that an EdgeDevice in a cluster does not have, or has in another way. */
export function clusterRows({ declaredFields, absentInCluster, isTextInCluster }) {
  const sources = [...declaredFields().values()].filter(({ node }) => node.name === 'SecretSource').map(({ path }) => `\`${path}\``);
  const rows = [...declaredFields().values()].filter(({ path }) => !belowSecret(declaredFields, path)).flatMap(({ path, node }) => {
    const absent = absentInCluster(node);
    if (absent !== undefined) return [[`\`${path}\``, `There is no such field. ${absent}`]];
    return isTextInCluster(node) ? [[`\`${path}\``, 'The text itself. A path is refused.']] : [];
  });
  return [[sources.join(', '), '`secretRef` only. `file` and `env` are no fields.'], ...rows];
}

export const fieldTitles = ['field', 'flag', 'default', 'a change takes effect', 'meaning'];

/** The three ways to name a secret stand once, at the head of the page. */
function belowSecret(declaredFields, path) {
  for (let around = path.replace(/\.[^.]*$/, ''); around.includes('.'); around = around.replace(/\.[^.]*$/, '')) {
    if (declaredFields().get(around)?.node.name === 'SecretSource') return true;
  }
  return false;
}

function defaultOf(node) {
  const inWords = node.defaultText === undefined ? '' : node.defaultText;
  if (node.default !== undefined) return `\`${Array.isArray(node.default) ? JSON.stringify(node.default) : node.default}\``;
  if (inWords !== '') return inWords;
  return node.required === true && node.always !== true ? 'required' : '–';
}

function meaningOf(node) {
  const one = node.type === 'list' ? node.of : node;
  const values = one.type === 'choice' && one.values.length > 1 && !one.values.every((value) => node.help.includes(String(value)))
    ? ` ${one.values.map((value) => `\`${value}\`${one.labels?.[value] === undefined ? '' : ` (${one.labels[value]})`}`).join(', ')}.` : '';
  const range = node.type === 'integer' ? ` ${node.least} to ${node.most}.` : '';
  return `${node.help}.${values}${range}${node.detail === undefined ? '' : ` ${node.detail}`}`;
}

/** docs/examples/device.yaml: every field, its sentence as a comment, alternatives commented out. */
export function exampleFile({ device }) {
  const head = [
    '# Every field of an EdgeDevice. Only spec.identity is required. docs/device-yaml.md explains each field.',
    '# `#` with no space after it marks an alternative to the lines above, or a value that depends on your site.',
    '# scripts/docs.mjs writes this file.',
    '#',
    '#   REGISTRY_PASSWORD=… EDGE_CA_KEY="$(cat edge-ca.key.pem)" edge-vm create -f docs/examples/device.yaml',
    '#',
    "# Paths of files are relative to this file's folder. Paths of secrets (`file:`) are relative to the folder where edge-vm",
    '# runs.',
  ];
  return `${[...head, ...fieldsOf(device, '')].join('\n')}\n`;
}

function fieldsOf({ fields }, indent) {
  return Object.entries(fields).flatMap(([key, node]) => {
    if (key === 'status') return [];
    const off = node.example?.off === true;
    const lines = valueOf(key, node, off ? '' : indent);
    const comment = wrap(`${node.help}.`, 110 - indent.length).map((line) => `${indent}# ${line}`);
    return [...comment, ...(off ? lines.map((line) => `${indent}#${line}`) : lines)];
  });
}

function valueOf(key, node, indent) {
  if (node.type === 'object') {
    // Within an alternative, a sentence would look like a part of its text.
    const inner = node.example?.off === true ? Object.entries(node.fields).flatMap(([name, child]) => bare(name, child, `${indent}  `)) : fieldsOf(node, `${indent}  `);
    return [`${indent}${key}:`, ...inner];
  }
  if (node.type === 'list' && node.of.type === 'object') {
    const inner = fieldsOf(node.of, `${indent}    `);
    const first = inner.findIndex((line) => !/^\s*#/.test(line));
    inner[first] = inner[first].replace(`${indent}    `, `${indent}  - `);
    // The sentence of the first field stands before its dash.
    return [`${indent}${key}:`, ...inner.map((line, i) => (i < first ? line.replace(`${indent}    #`, `${indent}  #`) : line))];
  }
  return [`${indent}${key}: ${flow(node.example?.value)}`];
}

function bare(key, node, indent) {
  if (node.type !== 'object') return [`${indent}${key}: ${flow(node.example?.value)}`];
  return [`${indent}${key}:`, ...Object.entries(node.fields).flatMap(([name, child]) => bare(name, child, `${indent}  `))];
}

/** A value in YAML's flow form. It has quotes if a YAML reader would read another type. */
function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, entry]) => `${/^[\w./-]+$/.test(key) ? key : JSON.stringify(key)}: ${flow(entry)}`).join(', ')} }`;
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^(?:[\d.:+-]*|true|false|yes|no|on|off|null|~|.*[:#,[\]{}"&*!|>'%@`].*|\s.*|.*\s)$/.test(value) && !/^(?:https?|docker):\/\/[^\s#,]+$|^[\w.-]+#\w+$|^[A-Za-z][\w./-]*:[\w.]+$/.test(value) ? JSON.stringify(value) : value;
}

function wrap(text, width) {
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** The tables of docs/device-yaml.md: the name of a table's marks → its fields. */
export const FIELD_TABLES = {
  'fields-top': ['apiVersion', 'kind', 'metadata'],
  'fields-identity': ['spec.hub', 'spec.deviceId', 'spec.deletionPolicy', 'spec.identity'],
  'fields-machine': ['spec.vm'],
  'fields-guest': ['spec.guest'],
  'fields-runtime': ['spec.edge'],
  'fields-gateway': ['spec.gateway', 'spec.firstBootGeneration'],
};
