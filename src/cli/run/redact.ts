import { cleanText, redact, redactOwn } from '../../identity/redact.js';
import { SecretValue } from '../../identity/secret.js';

/** Shorter values would hide ordinary words. */
const shortestSecret = 6;

/**
 * The last net before anything reaches a terminal or a pipe. Secrets are `SecretValue` all the way, so nothing
 * should ever match; errors of third parties and the guest's own lines are why it exists.
 */
export class Redactor {
  readonly #secrets: SecretValue[] = [];

  /** Never print this value, whatever it is embedded in. */
  hide(secret: SecretValue | string | undefined): void {
    const value = typeof secret === 'string' ? new SecretValue(secret) : secret;
    if (value !== undefined && value.reveal().trim().length >= shortestSecret) this.#secrets.push(value);
  }

  /** A text of ours without any secret. */
  clean(text: string): string {
    return redactOwn(text, this.#secrets);
  }

  /** A text of somebody else's, such as the message of an error that nobody classified. */
  cleanForeign(text: string): string {
    return cleanText(text, { secrets: this.#secrets });
  }

  /** The same with its lines, such as a stack. */
  cleanLines(text: string): string {
    return redact(text, this.#secrets);
  }

  /** A copy of plain data, every text in it cleaned: cleaning the JSON text itself could break its syntax. */
  cleanData(value: unknown): unknown {
    if (typeof value === 'string') return this.clean(value);
    if (Array.isArray(value)) return value.map((entry) => this.cleanData(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.cleanData(entry)]));
  }
}
