import { inspect } from 'node:util';

const hidden = '[secret]';

/**
 * A secret that cannot print itself: string conversion, JSON, `util.inspect`
 * and template literals all give `[secret]`. Only `reveal()` gives
 * the text, so review its callers.
 */
export class SecretValue {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Never put the result into a log, an error or an annotation. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [Symbol.toPrimitive](): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
