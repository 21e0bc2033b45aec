import { existsSync } from 'node:fs';
import { repositoryFile } from './paths.js';
import { kubectl } from './programs.js';

const name = 'edgedevices.edge-vm.io';
const chart = repositoryFile('charts', 'edge-vm', 'crds', 'edgedevices.yaml');

/** EdgeDevices with any spec. */
const anySpec = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name },
  spec: {
    group: 'edge-vm.io', scope: 'Namespaced', names: { kind: 'EdgeDevice', plural: 'edgedevices', singular: 'edgedevice' },
    versions: [{ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

/** Makes the cluster serve EdgeDevices, if it does not yet. Gives the way back, which also deletes all EdgeDevices. */
export async function installEdgeDevices(): Promise<() => Promise<void>> {
  if ((await kubectl(['get', 'crd', name, '--ignore-not-found', '-o', 'name'])) !== '') return async () => undefined;
  if (existsSync(chart)) await kubectl(['create', '-f', chart]);
  else await kubectl(['create', '-f', '-'], JSON.stringify(anySpec));
  await kubectl(['wait', '--for=condition=Established', `crd/${name}`, '--timeout=30s']);
  return async () => void (await kubectl(['delete', 'crd', name, '--timeout=60s']));
}
