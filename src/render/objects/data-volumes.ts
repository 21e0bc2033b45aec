import type { DiskSpec, EdgeDevice } from '../../spec/types.js';
import { InvalidInputError } from '../../support/errors.js';
import { DEFAULT_DISK_SIZE } from '../../spec/schema/vm.js';
import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { listAt, mappingAt, mappingIn, named } from './editing.js';
import type { Manifest } from './editing.js';
import { imageSource, registrySource } from './image-source.js';
import { deviceLabels } from './metadata.js';
import { DATA_DISK, DATA_DISK_SERIAL, ROOT_DISK, dataVolumeName, rootVolumeName } from './object-names.js';
import { disksOf, volumesOf } from './template.js';

/** Names, sizes and sources of the root disk and, where asked for, the data disk. */
export function attachDisks(manifest: Manifest, device: EdgeDevice): void {
  patchRoot(manifest, device);
  if (device.spec.vm.dataDisk !== undefined) addDataDisk(manifest, device, device.spec.vm.dataDisk);
}

/** A root disk that exists already (a PVC, a DataVolume without template) is the person's: only an image cannot be had with it. */
function patchRoot(manifest: Manifest, device: EdgeDevice): void {
  const { vm } = device.spec;
  const volume = named(volumesOf(manifest), ROOT_DISK)!;
  const reference = volume['dataVolume'];
  const template = isMapping(reference) ? dataVolumeTemplate(manifest, reference['name']) : undefined;
  if (template === undefined || !isMapping(reference)) {
    if (vm.image !== undefined) throw new InvalidInputError([{ field: 'spec.vm.image', message: `cannot be had: the template's ${ROOT_DISK} is a disk that exists already` }]);
    return;
  }
  const name = rootVolumeName(device.metadata.name);
  reference['name'] = name;
  const metadata = mappingIn(manifest, template, ['metadata'], 'spec.dataVolumeTemplates');
  metadata['name'] = name;
  metadata['labels'] = { ...mappingIn(manifest, metadata, ['labels'], 'spec.dataVolumeTemplates.metadata'), ...deviceLabels(device) };
  const spec = mappingIn(manifest, template, ['spec'], 'spec.dataVolumeTemplates');
  setSource(spec, device);
  setStorage(manifest, spec, vm.disk);
}

function dataVolumeTemplate(manifest: Manifest, name: unknown): Mapping | undefined {
  if (mappingAt(manifest, 'spec')['dataVolumeTemplates'] === undefined) return undefined;
  return listAt(manifest, 'spec', 'dataVolumeTemplates').find((entry) => isMapping(entry['metadata']) && entry['metadata']['name'] === name);
}

function setSource(spec: Mapping, device: EdgeDevice): void {
  const { image, architecture } = device.spec.vm;
  if (image !== undefined) {
    spec['source'] = imageSource(image, architecture, device.metadata.namespace);
    delete spec['sourceRef'];
    return;
  }
  const registry = isMapping(spec['source']) ? spec['source']['registry'] : undefined;
  if (isMapping(registry) && typeof registry['url'] === 'string') Object.assign(registry, registrySource(registry['url'], architecture));
}

/** CDI knows `storage` and the older `pvc`; a template's choice is kept. */
function setStorage(manifest: Manifest, spec: Mapping, disk: EdgeDevice['spec']['vm']['disk']): void {
  const kind = spec['pvc'] === undefined ? 'storage' : 'pvc';
  const target = mappingIn(manifest, spec, [kind], 'spec.dataVolumeTemplates.spec');
  const requests = mappingIn(manifest, target, ['resources', 'requests'], `spec.dataVolumeTemplates.spec.${kind}`);
  if (disk.size !== undefined) requests['storage'] = disk.size;
  else requests['storage'] ??= DEFAULT_DISK_SIZE;
  if (disk.storageClass !== undefined) target['storageClassName'] = disk.storageClass;
  if (disk.accessModes !== undefined) target['accessModes'] = [...disk.accessModes];
}

/** An empty disk, known to the guest by its serial. */
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
