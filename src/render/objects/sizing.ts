import type { VmSpec } from '../../spec/types.js';
import { DEFAULT_CPUS, DEFAULT_MEMORY } from '../../spec/schema/vm.js';
import { parseQuantity } from '../../spec/formats/text.js';
import { InvalidInputError } from '../../support/errors.js';
import { isMapping } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { mappingAt } from './editing.js';
import type { Manifest } from './editing.js';

const domainPath = ['spec', 'template', 'spec', 'domain'] as const;

/** Fields of `domain` that every instancetype refuses: kubevirt pkg/instancetype/apply/{cpu,memory}.go. */
const decidedByInstancetype: readonly (readonly string[])[] = [
  ['cpu', 'sockets'], ['cpu', 'cores'], ['cpu', 'threads'],
  ['memory', 'guest'],
  ['resources', 'requests', 'cpu'], ['resources', 'requests', 'memory'],
  ['resources', 'limits', 'cpu'], ['resources', 'limits', 'memory'],
];

/** Fields of `domain` that limit a size. With the person's own instancetype they would be the limits of another machine. */
const bounds: readonly (readonly string[])[] = [['cpu', 'maxSockets'], ['memory', 'maxGuest']];

/** CPUs and memory, or an instancetype instead; a template's own instancetype also decides. */
export function size(manifest: Manifest, { instancetype, preference, cpus, memory }: VmSpec): void {
  const spec = mappingAt(manifest, 'spec');
  if (preference !== undefined) spec['preference'] = { kind: preference.kind ?? 'VirtualMachineClusterPreference', name: preference.name };
  if (instancetype !== undefined) spec['instancetype'] = { kind: instancetype.kind ?? 'VirtualMachineClusterInstancetype', name: instancetype.name };
  if (spec['instancetype'] !== undefined) {
    const asked = Object.entries({ cpus, memory }).filter(([, value]) => value !== undefined);
    if (asked.length > 0) throw new InvalidInputError(asked.map(([key]) => ({ kind: 'conflict', field: `spec.vm.${key}`, message: "cannot be set: the template's instancetype decides it; remove that from the template, or choose another instancetype" })));
    const domain = mappingAt(manifest, ...domainPath);
    for (const path of [...decidedByInstancetype, ...(instancetype === undefined ? [] : bounds)]) remove(domain, path);
    return;
  }
  if (cpus !== undefined) setCpus(manifest, cpus);
  else if (!says(manifest, 'cpu', ['sockets', 'cores', 'threads'])) setCpus(manifest, DEFAULT_CPUS);
  if (memory !== undefined) setMemory(manifest, memory);
  else if (!says(manifest, 'memory', ['guest'])) setMemory(manifest, DEFAULT_MEMORY);
}

/** Whether the template itself has a size: in the machine's own fields, or as requests or limits, which KubeVirt uses as sizes. */
function says(manifest: Manifest, what: 'cpu' | 'memory', fields: readonly string[]): boolean {
  const domain = mappingAt(manifest, ...domainPath);
  const has = (value: unknown, key: string): boolean => isMapping(value) && value[key] !== undefined;
  const { resources } = domain;
  return fields.some((field) => has(domain[what], field))
    || (isMapping(resources) && ['requests', 'limits'].some((kind) => has(resources[kind], what)));
}

/** vCPUs are sockets × cores × threads: a template's cores and threads would multiply them. */
function setCpus(manifest: Manifest, cpus: number): void {
  const cpu = mappingAt(manifest, ...domainPath, 'cpu');
  delete cpu['cores'];
  delete cpu['threads'];
  cpu['sockets'] = cpus;
  if (typeof cpu['maxSockets'] === 'number' && cpu['maxSockets'] < cpus) cpu['maxSockets'] = cpus;
  setResources(manifest, 'cpu', String(cpus));
}

function setMemory(manifest: Manifest, size: string): void {
  const memory = mappingAt(manifest, ...domainPath, 'memory');
  memory['guest'] = size;
  if (bytesOf(memory['maxGuest']) < bytesOf(size)) memory['maxGuest'] = size;
  setResources(manifest, 'memory', size);
}

/**
 * The pod's requests and limits, if the template has them: the node throttles or kills a guest that is larger than its
 * pod. KubeVirt adds its own overhead to both.
 */
function setResources(manifest: Manifest, what: 'cpu' | 'memory', amount: string): void {
  const { resources } = mappingAt(manifest, ...domainPath);
  if (!isMapping(resources)) return;
  for (const kind of ['requests', 'limits']) {
    const amounts = resources[kind];
    if (isMapping(amounts) && amounts[what] !== undefined) amounts[what] = amount;
  }
}

/** Bytes of a quantity; NaN if there is none, so that no comparison is true. */
function bytesOf(quantity: unknown): number {
  return typeof quantity === 'string' || typeof quantity === 'number' ? parseQuantity(String(quantity)) ?? Number.NaN : Number.NaN;
}

/** Removes one field, and the mappings that are empty without it. */
function remove(from: Mapping, [key, ...rest]: readonly string[]): void {
  const value = from[key!];
  if (rest.length > 0 && isMapping(value)) remove(value, rest);
  if (rest.length === 0 || (isMapping(value) && Object.keys(value).length === 0)) delete from[key!];
}
