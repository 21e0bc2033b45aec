import type { VmSpec } from '../../spec/types.js';
import { InvalidInputError } from '../../support/errors.js';
import { parseYaml } from '../../support/yaml.js';
import { PARSED } from '../assets.generated.js';
import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { listAt, named, templateProblem } from './editing.js';
import type { Manifest } from './editing.js';
import { wrongQuantities } from './template-quantities.js';
import { ROOT_DISK } from './object-names.js';

const podSpec = ['spec', 'template', 'spec'] as const;

/** Disks of the manifest: `spec.template.spec.domain.devices.disks`. */
export function disksOf(manifest: Manifest): Mapping[] {
  return listAt(manifest, ...podSpec, 'domain', 'devices', 'disks');
}

/** Volumes of the manifest: `spec.template.spec.volumes`. */
export function volumesOf(manifest: Manifest): Mapping[] {
  return listAt(manifest, ...podSpec, 'volumes');
}

/**
 * The manifest for a device's VirtualMachine: the person's own (`templateFile`, which now holds the text) or one of ours;
 * a new copy each time. Throws InvalidInputError with everything that it lacks.
 */
export function loadTemplate(vm: VmSpec): Manifest {
  const field = vm.templateFile === undefined ? 'spec.vm.template' : 'spec.vm.templateFile';
  const document = vm.templateFile === undefined ? PARSED[`vm-templates/${vm.template}.yaml`] : parse(vm.templateFile, field);
  if (document === undefined) throw new InvalidInputError([{ field, message: `there is no template ${vm.template}` }]);
  return { root: JSON.parse(checkedText(document, field)) as Mapping, field };
}

/** The text of a document that was read before, as JSON: each device of a fleet asks for a copy several times. */
const checked = new WeakMap<object, string>();

/** The JSON of a document with all that edge-vm needs. */
function checkedText(document: unknown, field: string): string {
  const isObject = typeof document === 'object' && document !== null;
  const before = isObject ? checked.get(document) : undefined;
  if (before !== undefined) return before;
  const text = textOf(document, field);
  const lacks = missingParts({ root: virtualMachineIn(JSON.parse(text), field), field });
  if (lacks.length > 0) {
    throw new InvalidInputError(lacks.map((message) => ({ field, message })), {
      hint: 'Start from one of vm-templates/: edge-vm finds disks and volumes by the names in there',
    });
  }
  if (isObject) checked.set(document, text);
  return text;
}

/** Whether the template has disks for CDI to make. Throws InvalidInputError as `loadTemplate` does. */
export function bringsDisks(vm: VmSpec): boolean {
  const { root } = loadTemplate(vm);
  const { spec } = root;
  return isMapping(spec) && Array.isArray(spec['dataVolumeTemplates']) && spec['dataVolumeTemplates'].length > 0;
}

/** The last text that was read: all devices of a fleet mostly have one template, and each asks for it several times. */
let last: { text: string; document: unknown } | undefined;

/** The only document of a text, not to be changed; null if there are more or none. */
function parse(text: string, field: string): unknown {
  if (last?.text === text) return last.document;
  const parsed = parseYaml(text, field, 'kubernetes');
  if ('problem' in parsed) throw new InvalidInputError([parsed.problem]);
  const document: unknown = parsed.documents.length === 1 ? parsed.documents[0] : null;
  last = { text, document };
  return document;
}

function virtualMachineIn(root: unknown, field: string): Mapping {
  if (!isMapping(root) || root['kind'] !== 'VirtualMachine' || root['apiVersion'] !== 'kubevirt.io/v1') {
    throw new InvalidInputError([{ field, message: 'must be one VirtualMachine manifest of kubevirt.io/v1' }]);
  }
  return root;
}

/** Copies are made from it: an alias would be one object in several places, and a patch would change all of them. */
function textOf(document: unknown, field: string): string {
  try {
    return JSON.stringify(document);
  } catch (cause) {
    throw new InvalidInputError([{ field, message: 'must not hold an alias to itself' }], { cause });
  }
}

/** Everything that edge-vm needs in a template and does not find. */
function missingParts(manifest: Manifest): string[] {
  const [disks, volumes] = [disksOf(manifest), volumesOf(manifest)];
  const lacks: string[] = [];
  const root = named(volumes, ROOT_DISK);
  if (root === undefined) lacks.push(`has no volume named ${ROOT_DISK}`);
  else if (root['dataVolume'] === undefined && root['persistentVolumeClaim'] === undefined) {
    lacks.push(`volume ${ROOT_DISK} must be a dataVolume or a persistentVolumeClaim: others are empty after each restart, and the device's keys and modules are lost`);
  }
  if (named(disks, ROOT_DISK) === undefined) lacks.push(`has no disk named ${ROOT_DISK}`);
  const seeds = volumes.filter((volume) => volume['cloudInitNoCloud'] !== undefined);
  const seed = seeds[0];
  if (seed === undefined || seeds.length > 1) lacks.push(`must have one volume of type cloudInitNoCloud, it has ${seeds.length}`);
  else if (named(disks, seed['name']) === undefined) lacks.push(`has no disk named ${String(seed['name'])} for its cloudInitNoCloud volume`);
  return [...lacks, ...wrongQuantities(manifest.root)];
}

/** The one cloudInitNoCloud volume's source. */
export function cloudInitSource(manifest: Manifest): Mapping {
  const source = volumesOf(manifest).find((volume) => volume['cloudInitNoCloud'] !== undefined)?.['cloudInitNoCloud'];
  if (!isMapping(source)) throw templateProblem(manifest, 'cloudInitNoCloud must be a mapping');
  return source;
}
