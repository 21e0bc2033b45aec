import type { Architecture } from '../../spec/types.js';
import { InvalidInputError } from '../../support/errors.js';
import type { Mapping } from '../../support/plain.js';

const field = 'spec.vm.image';

/**
 * `source` of a DataVolume for `docker://…`, `http(s)://…` or `pvc:[namespace/]name`; CDI needs the namespace of a
 * PVC. Throws InvalidInputError for anything else.
 */
export function imageSource(image: string, architecture: Architecture | undefined, namespace: string | undefined): Mapping {
  if (image.startsWith('docker://')) return { registry: registrySource(image, architecture) };
  if (/^https?:\/\//.test(image)) return { http: { url: image } };
  const pvc = /^pvc:(?:([^/]+)\/)?([^/]+)$/.exec(image);
  if (pvc === null) throw new InvalidInputError([{ field, message: 'must be docker://IMAGE, https://URL, http://URL or pvc:[NAMESPACE/]NAME' }]);
  const from = pvc[1] ?? namespace;
  if (from === undefined) throw new InvalidInputError([{ field, message: 'must be pvc:NAMESPACE/NAME if the device has no namespace' }]);
  return { pvc: { namespace: from, name: pvc[2]! } };
}

/**
 * Without this field, CDI takes the image of its importer pod's own architecture. Only arm64 sets it: older KubeVirt
 * releases that edge-vm supports do not have the field, and server-side apply refuses unknown fields.
 */
export function registrySource(url: string, architecture: Architecture | undefined): Mapping {
  return { url, ...(architecture === 'arm64' ? { platform: { architecture } } : {}) };
}
