import { inspect } from 'node:util';

const hidden = '[secret]';

/**
 * A secret that cannot print itself: string conversion, JSON, `util.inspect`
 * and template literals all give `[secret]`. `reveal()` is the only way out,
 * and its callers are the places to review.
 */
export class SecretValue {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Never log, throw or annotate what it returns. */
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
