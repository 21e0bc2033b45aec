import type { Option } from 'commander';
import type { Problem } from '../../support/errors.js';

/** The problem of a flag without its value. */
export function needsValue(option: Option | undefined): string {
  return option?.argChoices === undefined ? 'needs a value' : `needs a value: ${option.argChoices.join(', ')}`;
}

/**
 * Finds two slips of which commander's words would mislead: one dash before a long name (`-namespace` would be
 * `-n amespace`), and a flag without its value, before another flag or at the end. It removes them from the words.
 */
export function checkFlags(argv: readonly string[], options: readonly Option[]): { words: string[]; problems: Problem[] } {
  const find = (word: string | undefined): Option | undefined => options.find(({ short, long }) => word !== undefined && (word === short || word.split('=', 1)[0] === long));
  const words: string[] = [];
  const problems: Problem[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i]!;
    if (word === '--') return { words: [...words, ...argv.slice(i)], problems };
    const meant = /^-[a-z]{2}/.test(word) ? find(`-${word}`) : undefined;
    const option = meant ?? find(word);
    const takesNext = option?.required === true && !word.includes('=');
    const lacksValue = takesNext && (i + 1 >= argv.length || find(argv[i + 1]) !== undefined);
    if (meant !== undefined) problems.push({ kind: 'unknown-field', field: word.split('=', 1)[0]!, message: `unknown flag; did you mean ${meant.long}?` });
    else if (lacksValue) problems.push({ kind: 'missing', field: word, message: needsValue(option) });
    else words.push(word);
    if (!takesNext || lacksValue) continue;
    i += 1;
    if (meant === undefined) words.push(argv[i]!);
  }
  return { words, problems };
}

/**
 * `--gateway` may stand alone or hold a value. commander would take the next word as the value, but that may be the
 * device's name. So it takes the word only if it is one of the flag's choices.
 */
export function joinOptionalValues(argv: readonly string[], options: readonly Option[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i]!;
    const option = options.find((one) => one.optional && one.long === arg);
    if (option === undefined) {
      result.push(arg);
      continue;
    }
    const next = argv[i + 1];
    const taken = next !== undefined && option.argChoices?.includes(next) === true;
    result.push(`${arg}=${taken ? next : String(option.presetArg)}`);
    if (taken) i += 1;
  }
  return result;
}
