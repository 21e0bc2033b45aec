/**
 * Quotes a value for POSIX sh: within single quotes, only the quote itself is special.
 * Refuses NUL, because a shell variable cannot hold it.
 */
export function shellQuote(value: string): string {
  if (value.includes('\0')) throw new RangeError('a shell value cannot hold NUL');
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** Text of a file that sh sources: one `NAME='value'` a line. */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings).map(([name, value]) => `${name}=${shellQuote(value)}\n`).join('');
}
