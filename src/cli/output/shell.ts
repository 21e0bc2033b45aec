export const SHELLS = ['posix', 'fish', 'json'] as const;
export type Shell = (typeof SHELLS)[number];

/** Variables as commands that a shell can evaluate, with any values; or as JSON. */
export function formatEnvironment(variables: Readonly<Record<string, string>>, shell: Shell): string {
  if (shell === 'json') return JSON.stringify(variables, null, 2);
  const line = shell === 'fish'
    ? (name: string, value: string) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : (name: string, value: string) => `export ${name}='${value.replaceAll("'", "'\\''")}'`;
  return Object.entries(variables).map(([name, value]) => line(name, value)).join('\n');
}

/** Commands that remove variables from a shell; as JSON, each is null. */
export function formatUnset(names: readonly string[], shell: Shell): string {
  if (shell === 'json') return JSON.stringify(Object.fromEntries(names.map((name) => [name, null])), null, 2);
  return names.map((name) => (shell === 'fish' ? `set -e ${name}` : `unset ${name}`)).join('\n');
}

/** A word of a POSIX shell's command line, in quotes if it needs them. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
