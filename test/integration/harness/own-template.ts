import type { Scene } from './scene.js';

/** The parts of a VirtualMachine that tests change. */
export interface TemplateSpec {
  template: { spec: { volumes: Record<string, unknown>[]; domain: { devices: { disks: { name: string; disk?: { bus: string } }[] } } } };
}

/** Writes a person's own template: what edge-vm would make, with a change. Returns the file's path. */
export async function ownTemplate(scene: Scene, change: (spec: TemplateSpec) => void): Promise<string> {
  const rendered = await scene.run(['render', 'any', '--hub', scene.hub.hostname, '--device-id', 'any', '-o', 'json']);
  const { items } = rendered.json<{ items: { kind: string; spec: TemplateSpec }[] }>();
  const { spec } = items.find((item) => item.kind === 'VirtualMachine')!;
  change(spec);
  return scene.file(`${scene.name('template')}.yaml`, JSON.stringify({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'any' }, spec }));
}
