import type { DiskSpec, EdgeDevice } from '../../spec/types.js';
import { InvalidInputError } from '../../support/errors.js';
import { DEFAULT_DISK_SIZE } from '../../spec/schema/vm.js';
import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { listAt, mappingIn } from './editing.js';
import type { Manifest } from './editing.js';
import { imageSource, registrySource } from './image-source.js';
import { deviceLabels } from './metadata.js';
import { nameDisks } from './disk-names.js';
import { DATA_DISK, DATA_DISK_SERIAL, ROOT_DISK, dataVolumeName } from './object-names.js';
import { disksOf, volumesOf } from './template.js';

/** Sets the names of all disks of the machine, size and source of the root disk, and, if asked for, the data disk. */
export function attachDisks(manifest: Manifest, device: EdgeDevice): void {
  const root = nameDisks(manifest, device);
  patchRoot(manifest, device, root);
  if (device.spec.vm.dataDisk !== undefined) addDataDisk(manifest, device, device.spec.vm.dataDisk);
}

/** A root disk that exists already (a PVC, a DataVolume without template) belongs to the person: no field can change it. */
function patchRoot(manifest: Manifest, device: EdgeDevice, template: Mapping | undefined): void {
  const { vm } = device.spec;
  if (template === undefined) {
    const asked = Object.entries({ image: vm.image, 'disk.size': vm.disk.size, 'disk.storageClass': vm.disk.storageClass, 'disk.accessModes': vm.disk.accessModes }).filter(([, value]) => value !== undefined);
    if (asked.length > 0) throw new InvalidInputError(asked.map(([key]) => ({ kind: 'conflict', field: `spec.vm.${key}`, message: `cannot be set: the template's ${ROOT_DISK} is an existing disk` })));
    return;
  }
  const spec = mappingIn(manifest, template, ['spec'], 'spec.dataVolumeTemplates');
  setSource(spec, device);
  setStorage(manifest, spec, vm.disk);
}

function setSource(spec: Mapping, device: EdgeDevice): void {
  const { image, architecture } = device.spec.vm;
  if (image !== undefined) {
    spec['source'] = imageSource(image, architecture, device.metadata.namespace);
    delete spec['sourceRef'];
    return;
  }
  const registry = isMapping(spec['source']) ? spec['source']['registry'] : undefined;
  if (!isMapping(registry) || typeof registry['url'] !== 'string') return;
  // The template's own platform says the same as the architecture.
  const platform = isMapping(registry['platform']) ? { platform: { ...registry['platform'], architecture } } : {};
  Object.assign(registry, registrySource(registry['url'], architecture), platform);
}

/** CDI accepts `storage` and the older `pvc`; this keeps the template's choice. */
function setStorage(manifest: Manifest, spec: Mapping, disk: EdgeDevice['spec']['vm']['disk'] | DiskSpec): void {
  const kind = spec['pvc'] === undefined ? 'storage' : 'pvc';
  const target = mappingIn(manifest, spec, [kind], 'spec.dataVolumeTemplates.spec');
  const requests = mappingIn(manifest, target, ['resources', 'requests'], `spec.dataVolumeTemplates.spec.${kind}`);
  if (disk.size !== undefined) {
    requests['storage'] = disk.size;
    const { limits } = mappingIn(manifest, target, ['resources'], `spec.dataVolumeTemplates.spec.${kind}`);
    if (isMapping(limits) && limits['storage'] !== undefined) limits['storage'] = disk.size;
  }
  requests['storage'] ??= DEFAULT_DISK_SIZE;
  if (disk.storageClass !== undefined) target['storageClassName'] = disk.storageClass;
  if (disk.accessModes !== undefined) target['accessModes'] = [...disk.accessModes];
  if (disk.volumeMode !== undefined) target['volumeMode'] = disk.volumeMode;
}

/** An empty disk; the guest finds it by its serial. */
function addDataDisk(manifest: Manifest, device: EdgeDevice, disk: DiskSpec): void {
  const [disks, volumes] = [disksOf(manifest), volumesOf(manifest)];
  if ([...disks, ...volumes].some((entry) => entry['name'] === DATA_DISK)) {
    throw new InvalidInputError([{ field: 'spec.vm.dataDisk', message: `cannot be added: the template has a disk or volume named ${DATA_DISK}` }]);
  }
  const name = dataVolumeName(device.metadata.name);
  const spec: Mapping = { source: { blank: {} } };
  setStorage(manifest, spec, disk);
  listAt(manifest, 'spec', 'dataVolumeTemplates').push({ metadata: { name, labels: deviceLabels(device) }, spec });
  disks.push({ name: DATA_DISK, serial: DATA_DISK_SERIAL, disk: { bus: 'virtio' } });
  volumes.push({ name: DATA_DISK, dataVolume: { name } });
}
