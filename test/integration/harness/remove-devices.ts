import { kinds } from '../../../src/cluster/index.js';
import { kubectl } from './programs.js';
import type { Scene } from './scene.js';

/** Without an operator, nothing would remove the finalizers of the scene's EdgeDevices. */
export async function removeDevices(scene: Scene): Promise<void> {
  for (const { metadata } of await scene.list(kinds.EdgeDevice)) {
    await kubectl(['patch', 'edgedevice', metadata.name, '-n', scene.namespace, '--type', 'merge', '-p', '{"metadata":{"finalizers":null}}']);
    await kubectl(['delete', 'edgedevice', metadata.name, '-n', scene.namespace, '--ignore-not-found']);
  }
}
