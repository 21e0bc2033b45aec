import type { JsonValue } from '../store/model.js';

/** A dotted path into a twin, e.g. `['properties', 'reported', 'x']`. */
export type Path = readonly string[];

export type Operand = { kind: 'literal'; value: JsonValue } | { kind: 'path'; path: Path };

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type StringTest = 'STARTSWITH' | 'ENDSWITH' | 'CONTAINS';

export type Condition =
  | { kind: 'and' | 'or'; left: Condition; right: Condition }
  | { kind: 'not'; condition: Condition }
  | { kind: 'compare'; operator: ComparisonOperator; left: Operand; right: Operand }
  | { kind: 'in'; negated: boolean; left: Operand; values: JsonValue[] }
  | { kind: 'is-defined'; path: Path }
  | { kind: 'string-test'; test: StringTest; left: Operand; right: Operand }
  /** A path or literal that is itself true or false. */
  | { kind: 'boolean'; operand: Operand };

export type Aggregate = 'COUNT' | 'SUM' | 'AVG' | 'MIN' | 'MAX';

export type Column =
  | { kind: 'path'; path: Path; name: string }
  | { kind: 'aggregate'; aggregate: Aggregate; path?: Path; name: string };

export interface Query {
  from: 'devices' | 'devices.modules';
  /** Absent: `SELECT *`. */
  columns?: Column[];
  where?: Condition;
  groupBy?: Path[];
  orderBy?: { path: Path; descending: boolean }[];
  /** `SELECT TOP n`. */
  top?: number;
}
