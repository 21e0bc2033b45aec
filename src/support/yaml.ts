import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, loadAll, mergeTag, NOT_RESOLVED, Schema, YAML11_SCHEMA, YAMLException } from 'js-yaml';
import type { Problem } from './errors.js';

/**
 * `0644` is 420 in YAML 1.1 and 644 in YAML 1.2, but people nearly always mean text (file modes, device ids). So it stays
 * text.
 */
const leadingZero = defineScalarTag('tag:yaml.org,2002:edge-vm-leading-zero', {
  implicit: true,
  implicitFirstChars: ['0'],
  resolve: (source) => (/^0[0-9]+$/.test(source) ? source : NOT_RESOLVED),
  identify: () => false,
});

/** YAML 1.2 with `<<`, as in Kubernetes' reader. The first tag that resolves wins. */
const device = new Schema([leadingZero, ...CORE_SCHEMA.tags, mergeTag]);

/** cloud-init reads YAML 1.1 (`yes` is true); dates stay text, binary data has `encoding: b64` there. */
const unplain = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`));
const cloudConfig = new Schema([leadingZero, ...YAML11_SCHEMA.tags.filter((tag) => !unplain.has(tag.tagName))]);

/** kubectl's reader (sigs.k8s.io/yaml) reads `yes` and `on` as true and `0644` as octal, but has no dates and no numbers with colons. */
const octal = defineScalarTag('tag:yaml.org,2002:edge-vm-octal', {
  implicit: true,
  implicitFirstChars: ['0'],
  resolve: (source) => (/^0[0-7]+$/.test(source) ? Number.parseInt(source, 8) : NOT_RESOLVED),
  identify: () => false,
});
const manifest = new Schema([octal, ...CORE_SCHEMA.tags.map((tag) => (tag.tagName === boolYaml11Tag.tagName ? boolYaml11Tag : tag)), mergeTag]);

/** edge-vm reads each file of a person as that program reads it for which it was written. */
export type YamlDialect = 'yaml-1.2' | 'cloud-config' | 'kubernetes' | 'netplan';
/** netplan also reads `yes` as true, but a MAC address that has only digits as text. */
const schemas: Readonly<Record<YamlDialect, Schema>> = { 'yaml-1.2': device, 'cloud-config': cloudConfig, kubernetes: manifest, netplan: manifest };

/** The documents of a text, or why it is no YAML. */
export type YamlResult = { documents: unknown[] } | { problem: Problem };

/**
 * Reads all documents of a YAML text. A mistake becomes a problem of `field` with line and column, but without the source
 * line, because that may hold a secret.
 */
export function parseYaml(text: string, field: string, dialect: YamlDialect = 'yaml-1.2'): YamlResult {
  try {
    return { documents: loadAll(text.replace(/^\uFEFF/, ''), { schema: schemas[dialect], maxAliases: 1000 }) };
  } catch (error) {
    return { problem: { kind: 'unreadable', field, message: `is not valid YAML: ${reason(error)}` } };
  }
}

function reason(error: unknown): string {
  if (!(error instanceof YAMLException)) return 'it cannot be read';
  const { mark } = error;
  return mark === undefined ? error.reason : `${error.reason} at line ${mark.line + 1}, column ${mark.column + 1}`;
}
