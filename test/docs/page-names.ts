/**
 * Pages run side by side on one cluster and one hub, and nearly all of them have a device `gw-01`. So the tests give each page
 * names of its own: every name that ends with `-0` and a digit, and every namespace that the page makes, gets a suffix. This
 * holds for the page's blocks and for the example files.
 */
export function uniqueNames(text: string, suffix: string, namespaces: readonly string[] = namespacesOf(text)): string {
  const devices = text.replaceAll(/(?<![\w.])([a-z][a-z-]*-0\d)(?![\d\w]|\.\d)/g, `$1-${suffix}`);
  return namespaces.reduce((all, name) => all.replaceAll(new RegExp(String.raw`(?<![\w-]|spec\.)${name}(?![\w-]|:\s|:$|\.(?:ya?ml|txt|sh)\b)`, 'gm'), `${name}-${suffix}`), devices);
}

/** Namespaces that the commands and the manifests of a page make, without those that already end with a suffix. */
export function namespacesOf(text: string): string[] {
  const made = [...text.matchAll(/kubectl create (?:namespace|ns) ([a-z][a-z0-9-]*)|^kind: Namespace\nmetadata:\n(?: .*\n)*? +name: ([a-z][a-z0-9-]*)/gm)];
  return [...new Set(made.map(([, one, other]) => (one ?? other)!))].filter((name) => !/-0\d$/.test(name));
}
