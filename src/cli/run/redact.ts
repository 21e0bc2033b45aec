import { cleanText, redact, redactOwn } from '../../identity/redact.js';
import { SecretValue } from '../../identity/secret.js';

/** Shorter values would hide ordinary words. */
const shortestSecret = 6;

/**
 * The last filter before text reaches a terminal or a pipe. edge-vm keeps secrets in `SecretValue`, so our own texts
 * should never match. It is for errors of other libraries and for lines of the guest.
 */
export class Redactor {
  readonly #secrets: SecretValue[] = [];

  /** Never print this value, also not inside other text. */
  hide(secret: SecretValue | string | undefined): void {
    const value = typeof secret === 'string' ? new SecretValue(secret) : secret;
    if (value !== undefined && value.reveal().trim().length >= shortestSecret) this.#secrets.push(value);
  }

  /** Removes secrets from our own text. */
  clean(text: string): string {
    return redactOwn(text, this.#secrets);
  }

  /** Cleans text of others, such as the message of an error without a cause. */
  cleanForeign(text: string): string {
    return cleanText(text, { secrets: this.#secrets });
  }

  /** The same for several lines, such as a stack. */
  cleanLines(text: string): string {
    return redact(text, this.#secrets);
  }

  /** A copy of plain data with every text cleaned. To clean the JSON text itself could break its syntax. */
  cleanData(value: unknown): unknown {
    if (typeof value === 'string') return this.clean(value);
    if (Array.isArray(value)) return value.map((entry) => this.cleanData(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.cleanData(entry)]));
  }
}
