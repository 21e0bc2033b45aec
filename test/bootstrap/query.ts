/**
 * The part of JMESPath that the script's `--query` uses, and the `tsv` output of az. `real-az.test.ts` gives every query of a
 * run, with its document, to the jmespath and the output code of the real Azure CLI, and compares.
 */
type Json = unknown;
type Step = { kind: 'field'; name: string } | { kind: 'index'; at: number } | { kind: 'each' } | { kind: 'filter'; field: string; equals: string } | { kind: 'list'; of: Expression[] };
/** Stages separated by `|`; each is a chain of steps. */
type Expression = Step[][];

/** The value of a query. */
export function search(query: string, document: Json): Json {
  const parser = new Parser(query);
  const expression = parser.expression();
  parser.end();
  return evaluate(expression, document);
}

function evaluate(expression: Expression, document: Json): Json {
  return expression.reduce((value, chain) => walk(chain, value), document);
}

function walk([step, ...rest]: Step[], value: Json): Json {
  if (step === undefined) return value;
  switch (step.kind) {
    case 'field':
      return walk(rest, isObject(value) ? (value[step.name] ?? null) : null);
    case 'index':
      return walk(rest, Array.isArray(value) ? (value[step.at] ?? null) : null);
    case 'list':
      return value === null ? null : walk(rest, step.of.map((one) => evaluate(one, value)));
    case 'each':
      return Array.isArray(value) ? project(value, rest) : null;
    default:
      return Array.isArray(value) ? project(value.filter((one) => isObject(one) && one[step.field] === step.equals), rest) : null;
  }
}

const project = (items: Json[], rest: Step[]): Json[] => items.map((one) => walk(rest, one)).filter((one) => one !== null);

const isObject = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);

class Parser {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expression(): Expression {
    const stages = [this.#chain()];
    while (this.#take('|')) stages.push(this.#chain());
    return stages;
  }

  end(): void {
    if (this.#at !== this.#text.length) throw new Error(`query ${this.#text}: unexpected ${this.#text.slice(this.#at)}`);
  }

  #chain(): Step[] {
    const steps = [this.#first()];
    for (;;) {
      if (this.#take('.')) steps.push(this.#first());
      else if (this.#text[this.#at] === '[') steps.push(this.#bracket());
      else return steps;
    }
  }

  #first(): Step {
    return this.#text[this.#at] === '[' ? this.#bracket() : { kind: 'field', name: this.#name() };
  }

  #bracket(): Step {
    this.#must('[');
    if (this.#take(']')) return { kind: 'each' };
    if (this.#take('?')) {
      const field = this.#name();
      this.#must('==');
      const equals = this.#match(/'([^']*)'/y);
      this.#must(']');
      return { kind: 'filter', field, equals };
    }
    const index = /(\d+)\]/y;
    index.lastIndex = this.#at;
    if (index.test(this.#text)) {
      const at = Number(this.#match(/(\d+)/y));
      this.#must(']');
      return { kind: 'index', at };
    }
    const of = [this.expression()];
    while (this.#take(',')) of.push(this.expression());
    this.#must(']');
    return { kind: 'list', of };
  }

  #name(): string {
    return this.#text[this.#at] === '"' ? this.#match(/"([^"]*)"/y) : this.#match(/([A-Za-z_]\w*)/y);
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #must(token: string): void {
    if (!this.#take(token)) throw new Error(`query ${this.#text}: ${token} missing at ${this.#at}`);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw new Error(`query ${this.#text}: cannot read ${this.#text.slice(this.#at)}`);
    this.#at = pattern.lastIndex;
    return found[1] ?? '';
  }
}

/** `--output tsv` of az: one line for each item, a tab between the values of an item. */
export function tsv(value: Json): string {
  if (value === null) return '';
  return (Array.isArray(value) ? value : [value]).map((item) => `${Array.isArray(item) ? item.map(cell).join('\t') : typeof item === 'boolean' ? String(item) : cell(item)}\n`).join('');
}

function cell(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return String(value.length);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
