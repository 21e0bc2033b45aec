import type { Check } from './engine.js';
import { at, bool, integer, list, object, oneOf, required, text, wrong } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { labels, objectName, quantity } from './common.js';
import { manifest } from './template.js';
import { TEMPLATES } from '../guest-systems.js';
import { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from '../formats/names.js';
import { carriesCredential, isImageReference, isWebUrl } from '../formats/urls.js';

/** Root disk source: registry image, HTTP image, or a PVC to clone. */
function isImageSource(value: string): boolean {
  if (value.startsWith('docker://')) return isImageReference(value.slice('docker://'.length));
  const pvc = /^pvc:(?:([^/]+)\/)?([^/]+)$/.exec(value);
  if (pvc !== null) return (pvc[1] === undefined || isDnsLabel(pvc[1])) && isDnsSubdomain(pvc[2]!);
  return isWebUrl(value, { path: true, query: true });
}

const imageText = text({ expect: 'must be docker://IMAGE, https://URL, http://URL or pvc:[NAMESPACE/]NAME', test: isImageSource });

const image: Check = (value, field, report) => {
  if (typeof value === 'string' && carriesCredential(value)) report({ field, message: 'must not carry a user, password or signature: it becomes part of the VirtualMachine, which many may read' });
  else imageText(value, field, report);
};

/** The taint rules of Kubernetes: core/v1 Toleration. */
const toleration: Check = (value, field, report) => {
  object({
    key: text({ expect: 'must be a taint key', test: (key) => key === '' || isQualifiedName(key) }),
    operator: oneOf(['Exists', 'Equal']),
    value: text({ expect: 'must be a taint value of at most 63 characters', test: isLabelValue }),
    effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
    tolerationSeconds: integer(0, 2 ** 31 - 1),
  })(value, field, report);
  if (!isMapping(value)) return;
  const { key, operator, value: taintValue, effect, tolerationSeconds } = value;
  if ((key === undefined || key === '') && operator !== 'Exists') report(wrong(at(field, 'operator'), 'must be Exists where key is absent', operator));
  if (operator === 'Exists' && taintValue !== undefined && taintValue !== '') report(wrong(at(field, 'value'), 'must be absent with operator Exists', taintValue));
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') report(wrong(at(field, 'effect'), 'must be NoExecute with tolerationSeconds', effect));
};

const size = (least: string): Check => quantity('20Gi', least, '64Ti');

const fields = object({
  template: required(oneOf(TEMPLATES)),
  templateFile: manifest,
  architecture: required(oneOf(['amd64', 'arm64'])),
  cpus: integer(1, 256),
  memory: quantity('2Gi', '512Mi', '4Ti'),
  instancetype: object({ name: required(objectName), kind: oneOf(['VirtualMachineClusterInstancetype', 'VirtualMachineInstancetype']) }),
  preference: object({ name: required(objectName), kind: oneOf(['VirtualMachineClusterPreference', 'VirtualMachinePreference']) }),
  image,
  disk: required(object({ size: size('4Gi'), storageClass: objectName })),
  dataDisk: object({ size: required(size('1Gi')), storageClass: objectName }),
  nodeSelector: labels,
  tolerations: list(toleration, { most: 100 }),
  consoleLog: required(bool),
  readinessProbe: required(oneOf(['exec', 'guest-agent', 'none'])),
});

/** `spec.vm`. */
export const vm: Check = (value, field, report) => {
  fields(value, field, report);
  if (!isMapping(value)) return;
  // A manifest of the person's own brings its sizes.
  const ours = value['templateFile'] === undefined;
  for (const key of ['cpus', 'memory']) {
    const given = value[key] !== undefined;
    if (value['instancetype'] !== undefined && given) report(wrong(at(field, key), 'must be absent with instancetype, which decides it', value[key]));
    if (value['instancetype'] === undefined && ours && !given) report({ field: at(field, key), message: 'is missing' });
  }
  if (ours && isMapping(value['disk']) && value['disk']['size'] === undefined) report({ field: at(field, 'disk.size'), message: 'is missing' });
};
