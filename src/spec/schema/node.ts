import type { ProblemKind } from '../../support/errors.js';

/**
 * The declaration of a field of the EdgeDevice. Types, validation, defaults, JSON Schema, flags, `explain`,
 * completion, the documentation's tables, and whether a value may be shown, all come from these nodes
 * (docs/adr/0011-declared-schema.md). Nodes are plain data; `test` and `rules` are the only functions.
 */

/** The effect of a change of the field on an existing device. A field without a value has that of the mapping around it. */
export type ChangeEffect =
  /** The change of the objects is enough. */
  | 'at-once'
  /** The running machine keeps the old value until it is restarted. */
  | 'restart'
  /** cloud-init reads it only at the first boot of a disk. */
  | 'first-boot'
  /** Cannot change: with another value, the disk or the hub device would be another one. */
  | 'never';

/** The message if a field with `change: 'never'` changes in a cluster. */
export const CANNOT_CHANGE = 'cannot change: delete the EdgeDevice and create it again';

/** Headings of the help, in its order. */
export const FLAG_GROUPS = ['Machine', 'Machine, more', 'IoT Edge', 'Gateway', 'Network and engine', 'Package sources'] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

/** The flag that fills a field. The field's type decides how its text is read, unless `syntax` says otherwise. */
export interface FlagFacts {
  /** As the command line writes it: `--cpus <n>`. */
  flags: string;
  group: FlagGroup;
  /** Replaces `help`, if the flag covers less than the field. */
  help?: string;
  /** `entries`: `key=value` where a comma belongs to the value. `toleration`: `key[=value][:effect[:seconds]]`. `resource`: `NAME` or `KIND/NAME`. */
  syntax?: 'entries' | 'toleration' | 'resource';
  /** The value when the flag stands alone (`--gateway`). */
  preset?: string;
}

/** Values around a field: the mapping it stands in, then the one around that. */
export type Around = readonly Readonly<Record<string, unknown>>[];

/** One entry of `x-kubernetes-validations`; `self` is the value of the field. */
export interface CelRule {
  /** True if the value is good. With `oldSelf` in it, it judges changes only. */
  rule: string;
  /** What is accepted. */
  message: string;
  /** The field below that is wrong: `.size`. */
  fieldPath?: string;
}

interface Facts {
  /** One short sentence, without a full stop. */
  help: string;
  /** More of it, for `explain` and the documentation; Markdown. */
  detail?: string;
  flag?: FlagFacts;
  /** May hold a secret, also by mistake: no value of it is ever shown. */
  secret?: boolean;
  change?: ChangeEffect;
  /** Must be present after the defaults are filled in. */
  required?: boolean;
  /** The value of an absent field. */
  default?: string | number | boolean | readonly (string | number)[];
  /** If true, the default does not apply. */
  defaultUnless?: (around: Around) => boolean;
  /** The API server does not fill it in: the default of another field goes with it, and both must be of one version of edge-vm. */
  defaultsTogether?: true;
  /** The default in words, if it is no fixed value or needs an explanation. */
  defaultText?: string;
  /** Merged as a whole: the later input replaces it. */
  whole?: boolean;
  /** Rules that the API server checks for an EdgeDevice in a cluster: the part of `rules` that CEL can express, and rules about changes. */
  cel?: readonly CelRule[];
  /** With `change: 'never'`: the rule for it stands in `cel` of a mapping around it, because the value of an absent field depends on other fields. */
  changeRule?: 'around';
  /** For the file that shows every field; `off` if it is an alternative to the field beside it. */
  example?: { value: unknown; off?: boolean };
}

export interface TextRule {
  /** The accepted values, as `must be …`. */
  expect: string;
  /** The shape, as in JSON Schema (ECMA-262, without anchors unless it has them). */
  pattern?: string;
  /** Other shapes: one of them. */
  anyOf?: readonly Readonly<Record<string, unknown>>[];
  /** A shape that is refused, with its own words. */
  not?: { pattern: string; message?: string };
  maxLength?: number;
  minLength?: number;
  /** A check that no pattern can express. */
  test?: (text: string) => boolean;
  /** The part of `test` that a pattern cannot express, in CEL with `self`. `isIP` and `isCIDR` need Kubernetes 1.31. */
  testCel?: string;
  /** The form of the text itself, if no file can be read: in a cluster a path is refused. */
  inline?: { expect: string; pattern: string };
  /** As `test`, but the answer is the problem; `undefined` if there is none. */
  judge?: (text: string) => string | undefined;
  /** A format of OpenAPI, for a status. */
  format?: 'date-time';
  /** Line breaks and tabs allowed. */
  lines?: boolean;
}

export interface TextNode extends Facts, TextRule {
  type: 'text';
  /** In a file or a flag it may be the path of a file with the text. `only`: it must be a path, and `into` gets the text. */
  file?: { kind: 'or-text' } | { kind: 'only'; into: string };
  /** Name of the TypeScript type. */
  name?: string;
}

export interface ChoiceNode extends Facts {
  type: 'choice';
  values: readonly (string | number)[];
  /** The meaning of each value: `8883 (MQTT)`. */
  labels?: Readonly<Record<string, string>>;
  name?: string;
}

export interface IntegerNode extends Facts {
  type: 'integer';
  least: number;
  most: number;
}

export interface BooleanNode extends Facts {
  type: 'boolean';
}

export interface ListNode extends Facts {
  type: 'list';
  of: Node;
  least?: number;
  most?: number;
  unique?: boolean;
  /** In a cluster, the order has no meaning: a server-side apply merges the entries of several owners. */
  unordered?: boolean;
  /** In a cluster, the field that tells the entries apart: a server-side apply merges them one by one. */
  key?: string;
  /** Each entry may be the path of a file: with one text, or with one on each line. */
  files?: 'text' | 'lines';
}

/** Reports a problem of a mapping as a whole; `field` is the path of the mapping. */
export type Rule = (value: Readonly<Record<string, unknown>>, report: (key: string, message: string, got?: unknown, kind?: ProblemKind) => void) => void;

export interface ObjectNode extends Facts {
  type: 'object';
  fields: Readonly<Record<string, Node>>;
  /** If it is absent, it is made with its defaults. */
  always?: boolean;
  /** Exactly one of these fields must be present. */
  exactlyOne?: readonly string[];
  /** Groups of alternatives: if `over` has a field of one group, the merge removes the fields of the other groups. */
  alternatives?: readonly (readonly string[])[];
  /** The message if the value is no mapping. */
  expect?: string;
  /** Rules for the fields together. */
  rules?: readonly Rule[];
  /** The part of these rules that JSON Schema can express. */
  schema?: Readonly<Record<string, unknown>>;
  /** `key:` with nothing after it means the mapping without fields. */
  bare?: boolean;
  name?: string;
}

export interface MapNode extends Facts {
  type: 'map';
  keys: TextRule;
  /** Keys that edge-vm writes itself. */
  reserved?: string;
  values: TextRule;
}

/** A document of the person's own: plain data of any shape. */
export interface DocumentNode extends Facts {
  type: 'document';
  /** In a flag it is the path of a YAML file. */
  rules?: readonly Rule[];
  schema?: Readonly<Record<string, unknown>>;
  /** Types of the fields that `cel` reads, as in OpenAPI. */
  properties?: Readonly<Record<string, unknown>>;
}

export type Node = TextNode | ChoiceNode | IntegerNode | BooleanNode | ListNode | ObjectNode | MapNode | DocumentNode;

type Given<N> = Omit<N, 'type'>;

export const text = (node: Given<TextNode>): TextNode => ({ type: 'text', ...node });
export const choice = (node: Given<ChoiceNode>): ChoiceNode => ({ type: 'choice', ...node });
export const integer = (node: Given<IntegerNode>): IntegerNode => ({ type: 'integer', ...node });
export const boolean = (node: Given<BooleanNode>): BooleanNode => ({ type: 'boolean', ...node });
export const list = (node: Given<ListNode>): ListNode => ({ type: 'list', ...node });
export const object = (node: Given<ObjectNode>): ObjectNode => ({ type: 'object', ...node });
export const map = (node: Given<MapNode>): MapNode => ({ type: 'map', ...node });
export const documentOf = (node: Given<DocumentNode>): DocumentNode => ({ type: 'document', ...node });
