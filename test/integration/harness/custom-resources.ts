import { readFile } from 'node:fs/promises';
import { startApiProxy } from './api-proxy.js';
import { theLab } from './lab.js';
import { eventually } from './objects.js';
import { repositoryFile } from './paths.js';
import { kubectl } from './programs.js';
import type { Scene } from './scene.js';

/** The answer of the API server: the object, or why it was refused. */
export interface Answer {
  code: number;
  body: { message?: string; spec?: Record<string, unknown>; status?: unknown; [field: string]: unknown };
}

/** Calls for one kind of custom resource, as its author's kubectl makes them: unknown fields are refused. */
export interface Resources {
  /** Lets the API server judge the object; stores nothing. */
  tryOut: (object: unknown) => Promise<Answer>;
  create: (object: unknown) => Promise<Answer>;
  /** A merge patch. */
  patch: (name: string, patch: unknown, subresource?: 'status') => Promise<Answer>;
  remove: (name: string) => Promise<Answer>;
  close: () => Promise<void>;
}

/** Installs the definitions of the chart and waits until the API server serves them. */
export async function installDefinitions(): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', repositoryFile('charts', 'edge-vm', 'crds')]);
  // kubectl keeps a list of all types. It reads the list again only if it does not find a type by its own name.
  for (const name of ['edgedevices', 'edgedeployments']) await eventually(`the type ${name}`, () => kubectl(['get', name, '-A']).then(() => true, () => false));
}

/** Opens the calls in the namespace of a scene. */
export async function openResources({ namespace, folder }: Scene, plural: 'edgedevices' | 'edgedeployments'): Promise<Resources> {
  const proxy = await startApiProxy({ kubeconfig: theLab().variables.KUBECONFIG, namespace, folder });
  const { clusters } = JSON.parse(await readFile(proxy.kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  const path = `${clusters[0]!.cluster.server}/apis/edge-vm.io/v1alpha1/namespaces/${namespace}/${plural}`;
  const call = async (method: string, where: string, body?: unknown, type = 'application/json'): Promise<Answer> => {
    const response = await fetch(`${path}${where}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }) });
    return { code: response.status, body: await response.json() as Answer['body'] };
  };
  return {
    tryOut: (object) => call('POST', '?fieldValidation=Strict&dryRun=All', object),
    create: (object) => call('POST', '?fieldValidation=Strict', object),
    patch: (name, patch, subresource) => call('PATCH', `/${name}${subresource === undefined ? '' : `/${subresource}`}?fieldValidation=Strict`, patch, 'application/merge-patch+json'),
    remove: (name) => call('DELETE', `/${name}`),
    close: () => proxy.close(),
  };
}
