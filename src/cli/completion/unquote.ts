/**
 * A word of a command line as the shell will give it to the command: without quotes and backslashes, with `~` and variables
 * replaced. It runs nothing: `$(…)` stays as it is. A quote without its end reaches to the end of the word.
 */
export function unquote(word: string, env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME'];
  const text = home !== undefined && /^~(?:\/|$)/.test(word) ? `${home.replaceAll(/[\\"'$`]/g, '\\$&')}${word.slice(1)}` : word;
  return text.replaceAll(parts, (part, single?: string, double?: string, escaped?: string, braced?: string, plain?: string) => {
    if (single !== undefined) return single;
    if (double !== undefined) return double.replaceAll(inDouble, (inner, mark?: string, long?: string, short?: string) => mark ?? variable(inner, long ?? short, env));
    if (escaped !== undefined) return escaped;
    return variable(part, braced ?? plain, env);
  });
}

const parts = /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.?)|\$\{(\w+)\}|\$(\w+)/gs;
const inDouble = /\\([\\"$`])|\$\{(\w+)\}|\$(\w+)/gs;

/** A variable that is not exported is unknown here: its word stays as it was typed. */
function variable(typed: string, name: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return (name === undefined ? undefined : env[name]) ?? typed;
}
