import { cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { theLab } from '../integration/harness/lab.js';
import { EDGE_VM, repositoryFile } from '../integration/harness/paths.js';

/** Folders of a page's run. */
export interface PageFolder {
  /** Where the commands run. As in a checkout, it has `bin`, `scripts`, `docs`, `charts` and more; not the sources. */
  work: string;
  /** Its `.kube/config` is the admin's, and its namespace is the page's. */
  home: string;
  /** First in the PATH: edge-vm, the plugin of kubectl, `register-device` and `deploy-modules` for setups. */
  bin: string;
  /** A state folder in which the lab is the default one. */
  state: string;
}

/** Makes the folders of a page in an empty folder. */
export async function makePageFolder(root: string, options: { namespace: string; names: (text: string) => string }): Promise<PageFolder> {
  const [work, home, bin, state] = ['work', 'home', 'bin', 'state'].map((name) => join(root, name)) as [string, string, string, string];
  await Promise.all([work, home, bin, state].map((folder) => mkdir(folder)));
  await makeCheckout(work, root, options.names);
  await symlink(EDGE_VM, join(bin, 'edge-vm'));
  await symlink(EDGE_VM, join(bin, 'kubectl-edge_vm'));
  for (const name of ['register-device', 'deploy-modules']) {
    await writeFile(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${repositoryFile('dist', 'test', 'docs', `${name}.js`)}" "$@"\n`, { mode: 0o755 });
  }
  await makeState(state, home, options.namespace);
  return { work, home, bin, state };
}

async function makeCheckout(work: string, root: string, names: (text: string) => string): Promise<void> {
  // Only `bin` is the checkout's own, because the command finds its files from there; a page cannot change the others.
  await symlink(repositoryFile('bin'), join(work, 'bin'));
  for (const name of ['scripts', 'docs', 'vm-templates', 'cloud-init', 'schema', 'charts', 'packaging/operator']) await cp(repositoryFile(name), join(work, name), { recursive: true });
  for (const entry of await readdir(join(work, 'docs'), { recursive: true })) {
    const path = join(work, 'docs', entry);
    if (/\.(?:yaml|json|txt|toml|sh|mjs)$/.test(entry) && (await stat(path)).isFile()) await writeFile(path, names(await readFile(path, 'utf8')));
  }
  // For the examples that import the library.
  await mkdir(join(root, 'node_modules'));
  await symlink(repositoryFile(), join(root, 'node_modules', 'edge-vm'));
}

/**
 * `edge-vm lab env` of the page prints a kubeconfig with the page's namespace. The folder has no records of processes, so
 * `edge-vm lab down` removes only this folder, and the lab stays up for the other pages.
 */
async function makeState(state: string, home: string, namespace: string): Promise<void> {
  const lab = theLab();
  const folder = join(state, 'lab', 'default');
  await mkdir(folder, { recursive: true });
  for (const name of ['lab.json', 'hub.json', 'pki']) await symlink(join(lab.folder, name), join(folder, name));
  const config = JSON.parse(await readFile(lab.variables.KUBECONFIG, 'utf8')) as { contexts: { context: { namespace: string } }[] };
  for (const { context } of config.contexts) context.namespace = namespace;
  await mkdir(join(home, '.kube'));
  for (const file of [join(folder, 'kubeconfig'), join(home, '.kube', 'config')]) await writeFile(file, JSON.stringify(config), { mode: 0o600 });
}
