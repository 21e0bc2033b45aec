import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { listAt, mappingAt, mappingIn } from './editing.js';
import type { Manifest } from './editing.js';

/**
 * Annotations and labels that programs wrote on the object from which a manifest was saved. On another object they are
 * wrong, show an old credential (kubectl's copy of the last apply), or make a GitOps tool delete the object.
 */
const notes = new RegExp(`^(?:${[
  String.raw`edge-vm\.io/.*`,
  String.raw`kubectl\.kubernetes\.io/.*`,
  String.raw`(?:.*\.)?kubevirt\.io/(?:.*-observed-api-version|vm-generation|created-by|nodeName|migration.*|launcher-.*|generation|vm-restart.*)`,
  String.raw`kubemacpool\.io/.*`,
  String.raw`(?:.*\.)?argocd\.argoproj\.io/.*`,
  String.raw`(?:kustomize|helm)\.toolkit\.fluxcd\.io/.*`,
  String.raw`meta\.helm\.sh/.*`,
  String.raw`helm\.sh/.*`,
  String.raw`objectset\.rio\.cattle\.io/.*`,
  String.raw`kapp\.k14s\.io/.*`,
  String.raw`config\.k8s\.io/.*`,
  String.raw`velero\.io/.*`,
].join('|')})$`);

/** True for the key of a label or annotation that a program wrote about one object. */
export function isBookkeeping(key: string): boolean {
  return notes.test(key);
}

/** Services and people find the machine by these labels: they usually hold its name. */
const named = /^(?:(?:vm\.)?kubevirt\.io\/(?:domain|vm|name)|vm\.kubevirt\.io\/name)$/;

/**
 * Removes facts of the object from which the manifest was saved: identity, owners, fields of the server and of programs,
 * status. It keeps the person's own labels and annotations, and replaces the old name with `name`.
 */
export function dropBookkeeping(manifest: Manifest, name: string): void {
  const { root } = manifest;
  const old = mappingAt(manifest, 'metadata')['name'];
  root['metadata'] = described(manifest, mappingAt(manifest, 'metadata'), 'metadata', old, name);
  const template = mappingAt(manifest, 'spec', 'template');
  if (template['metadata'] !== undefined) template['metadata'] = described(manifest, mappingAt(manifest, 'spec', 'template', 'metadata'), 'spec.template.metadata', old, name);
  delete root['status'];
  const spec = mappingAt(manifest, 'spec');
  if (spec['dataVolumeTemplates'] !== undefined) {
    for (const disk of listAt(manifest, 'spec', 'dataVolumeTemplates')) {
      const metadata = mappingIn(manifest, disk, ['metadata'], 'spec.dataVolumeTemplates');
      disk['metadata'] = { name: metadata['name'], ...described(manifest, metadata, 'spec.dataVolumeTemplates.metadata', old, name) };
      delete disk['status'];
    }
  }
  // A revision belongs to the old machine.
  for (const key of ['instancetype', 'preference']) {
    const matcher = spec[key];
    if (isMapping(matcher)) delete matcher['revisionName'];
  }
}

/** Only labels and annotations, without those of programs; nothing if there are none. */
function described(manifest: Manifest, metadata: Mapping, where: string, old: unknown, name: string): Mapping {
  const kept: Mapping = {};
  for (const kind of ['labels', 'annotations']) {
    if (metadata[kind] === undefined || metadata[kind] === null) continue;
    const entries = Object.entries(mappingIn(manifest, metadata, [kind], where)).filter(([key]) => !isBookkeeping(key));
    if (entries.length > 0) kept[kind] = Object.fromEntries(entries.map(([key, value]) => [key, kind === 'labels' && named.test(key) && value === old ? name : value]));
  }
  return kept;
}
