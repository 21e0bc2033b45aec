import { createHash } from 'node:crypto';
import type { EdgeDevice } from '../../spec/types.js';
import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { listAt, mappingAt, mappingIn } from './editing.js';
import type { Manifest } from './editing.js';
import { deviceLabels } from './metadata.js';
import { ROOT_DISK, dataVolumeName, rootVolumeName } from './object-names.js';
import { volumesOf } from './template.js';

/** A place in the manifest that holds the name of a disk. */
interface Reference {
  holder: Mapping;
  key: string;
  volume: string;
}

/**
 * Names every disk of `dataVolumeTemplates` after the device, in every form in which volumes name it, and labels it. So two
 * devices from one template never share a disk, and `delete` finds all disks. Gives the root disk's template; `undefined`
 * if the root disk exists already.
 */
export function nameDisks(manifest: Manifest, device: EdgeDevice): Mapping | undefined {
  if (mappingAt(manifest, 'spec')['dataVolumeTemplates'] === undefined) return undefined;
  const references = referencesOf(manifest);
  const { name: own } = device.metadata;
  const taken = new Set([rootVolumeName(own), dataVolumeName(own)]);
  let root: Mapping | undefined;
  for (const template of listAt(manifest, 'spec', 'dataVolumeTemplates')) {
    const metadata = mappingIn(manifest, template, ['metadata'], 'spec.dataVolumeTemplates');
    const uses = references.filter(({ holder, key }) => holder[key] === metadata['name']);
    const isRoot = uses.some(({ volume }) => volume === ROOT_DISK);
    const name = isRoot ? rootVolumeName(own) : free(own, uses[0]?.volume ?? String(metadata['name']), taken);
    taken.add(name);
    for (const { holder, key } of uses) holder[key] = name;
    references.splice(0, references.length, ...references.filter((one) => !uses.includes(one)));
    metadata['name'] = name;
    metadata['labels'] = { ...mappingIn(manifest, metadata, ['labels'], 'spec.dataVolumeTemplates.metadata'), ...deviceLabels(device) };
    if (isRoot) root = template;
  }
  return root;
}

/** For a disk of the machine, KubeVirt accepts the claim as well as the DataVolume. */
function referencesOf(manifest: Manifest): Reference[] {
  const utility = mappingAt(manifest, 'spec', 'template', 'spec')['utilityVolumes'] === undefined ? [] : listAt(manifest, 'spec', 'template', 'spec', 'utilityVolumes');
  const ofVolumes = volumesOf(manifest).flatMap((volume): Reference[] => {
    const found: [unknown, string][] = [
      [volume['dataVolume'], 'name'], [volume['persistentVolumeClaim'], 'claimName'], [volume['memoryDump'], 'claimName'],
      [isMapping(volume['ephemeral']) ? volume['ephemeral']['persistentVolumeClaim'] : undefined, 'claimName'],
    ];
    return found.flatMap(([holder, key]) => (isMapping(holder) ? [{ holder, key, volume: String(volume['name']) }] : []));
  });
  return [...ofVolumes, ...utility.map((holder) => ({ holder, key: 'claimName', volume: String(holder['name']) }))];
}

/** `<device>-<volume>`, at most 63 characters, and different from all other disks of the device. */
function free(device: string, volume: string, taken: ReadonlySet<string>): string {
  for (let number = 0; ; number += 1) {
    const full = `${device}-${volume}${['', '-disk'][number] ?? `-${number}`}`;
    const name = full.length <= 63 ? full : `${full.slice(0, 54).replace(/-+$/, '')}-${createHash('sha256').update(full).digest('hex').slice(0, 8)}`;
    if (!taken.has(name)) return name;
  }
}
