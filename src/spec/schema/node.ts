import type { ProblemKind } from '../../support/errors.js';

/**
 * How a field of the EdgeDevice is declared, once. Types, validation, defaults, JSON Schema, flags, `explain`,
 * completion, the documentation's tables and what may be shown of a value all come from these nodes
 * (docs/adr/0011-declared-schema.md). Nodes are plain data; `test` and `rules` are the only functions.
 */

/** What a change of the field does to a device that is there; a field without one has that of the mapping around it. */
export type ChangeEffect =
  /** The objects change, and with them what they do. */
  | 'at-once'
  /** The running machine keeps the old value until it is restarted. */
  | 'restart'
  /** cloud-init reads it at the first boot of a disk only. */
  | 'first-boot'
  /** Fixed: the disk or the device in the hub would be another one. */
  | 'never';

/** Headings of the help, in its order. */
export const FLAG_GROUPS = ['Machine', 'Machine, more', 'IoT Edge', 'Gateway', 'Network and engine', 'Package sources'] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

/** The flag that fills a field; how its text is read follows from the field's type unless `syntax` says otherwise. */
export interface FlagFacts {
  /** As the command line writes it: `--cpus <n>`. */
  flags: string;
  group: FlagGroup;
  /** In place of `help`, where the flag says less than the field. */
  help?: string;
  /** `entries`: `key=value` where a comma belongs to the value. `toleration`: `key[=value][:effect[:seconds]]`. `resource`: `NAME` or `KIND/NAME`. */
  syntax?: 'entries' | 'toleration' | 'resource';
  /** The value when the flag stands alone (`--gateway`). */
  preset?: string;
}

/** Values around a field: the mapping it stands in, then the one around that. */
export type Around = readonly Readonly<Record<string, unknown>>[];

interface Facts {
  /** One short sentence, without a full stop. */
  help: string;
  /** More of it, for `explain` and the documentation; Markdown. */
  detail?: string;
  flag?: FlagFacts;
  /** May hold a secret, or gets one by mistake: no value of it is ever shown. */
  secret?: boolean;
  change?: ChangeEffect;
  /** Must be there once the defaults are filled in. */
  required?: boolean;
  /** Filled in where the field is absent. */
  default?: string | number | boolean | readonly (string | number)[];
  /** Where the default does not hold. */
  defaultUnless?: (around: Around) => boolean;
  /** What holds where the field is absent, in words, where that is no fixed value or more is to be said. */
  defaultText?: string;
  /** Merged as a whole: the later input replaces it. */
  whole?: boolean;
  /** For the file that shows every field; `off` where it is an alternative to what stands beside it. */
  example?: { value: unknown; off?: boolean };
}

export interface TextRule {
  /** What is accepted, as `must be …`. */
  expect: string;
  /** The shape, as JSON Schema says it (ECMA-262, unanchored unless it says so). */
  pattern?: string;
  /** Other shapes: one of them. */
  anyOf?: readonly Readonly<Record<string, unknown>>[];
  /** A shape that is refused, with its own words. */
  not?: { pattern: string; message?: string };
  maxLength?: number;
  minLength?: number;
  /** What no pattern can say. */
  test?: (text: string) => boolean;
  /** As `test`, where the answer says what is wrong; `undefined` where nothing is. */
  judge?: (text: string) => string | undefined;
  /** Line breaks and tabs allowed. */
  lines?: boolean;
}

export interface TextNode extends Facts, TextRule {
  type: 'text';
  /** In a file or a flag it may be the path of a file with the text; `only`: it must be, and `into` gets the text. */
  file?: { kind: 'or-text' } | { kind: 'only'; into: string };
  /** Name of the TypeScript type. */
  name?: string;
}

export interface ChoiceNode extends Facts {
  type: 'choice';
  values: readonly (string | number)[];
  /** After the values, what each is: `8883 (MQTT)`. */
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
  /** Each entry may be the path of a file: with one text, or with one on each line. */
  files?: 'text' | 'lines';
}

/** Told of a mapping as a whole; `field` is the path of the mapping. */
export type Rule = (value: Readonly<Record<string, unknown>>, report: (key: string, message: string, got?: unknown, kind?: ProblemKind) => void) => void;

export interface ObjectNode extends Facts {
  type: 'object';
  fields: Readonly<Record<string, Node>>;
  /** Made, with its defaults, where it is absent. */
  always?: boolean;
  /** Exactly one of these fields must be there. */
  exactlyOne?: readonly string[];
  /** Fields that say one thing in several ways: where one of a group is laid over, those of the other groups go. */
  alternatives?: readonly (readonly string[])[];
  /** Asked for as a mapping: said where it is none. */
  expect?: string;
  /** What the fields say together. */
  rules?: readonly Rule[];
  /** What JSON Schema can say of that. */
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
