import type { KubeObject } from '../cluster/types.js';
import type { IdentityRequest } from '../provision/types.js';
import { isBookkeeping } from '../render/index.js';
import { loadSideFiles } from '../spec/side-files.js';
import { declaredFields } from '../spec/schema/walk.js';
import { metadata as metadataNode } from '../spec/schema/metadata.js';
import { validateDevice, withDefaults } from '../spec/index.js';
import type { EdgeDevice, EdgeDeviceInput } from '../spec/types.js';
import { EdgeVmError, InvalidInputError, type Problem } from '../support/errors.js';
import { at, isMapping, record } from '../support/plain.js';

/** A custom resource as a device, ready to be prepared. */
export interface AcceptedDevice {
  /** Defaults filled in, valid. */
  device: EdgeDevice;
  /** As the person gave it. */
  input: EdgeDeviceInput;
  identity: IdentityRequest;
}

/**
 * The device of an EdgeDevice resource. The API server has checked the schema, but not all that edge-vm checks, and a
 * cluster may have an older schema. Throws InvalidInputError with every problem at once.
 *
 * @param hubs host names of the hubs for which the operator has a credential.
 */
export async function acceptDevice(resource: KubeObject, hubs: readonly string[]): Promise<AcceptedDevice> {
  const input = inputOf(resource);
  const problems: Problem[] = [...secretsOutside(input), ...(await filesOf(input))];
  const device = withDefaults(input);
  problems.push(...validateDevice(device).filter(({ field }) => !problems.some((known) => known.field === field || field.startsWith(`${known.field}.`))));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { device, input, identity: identityRequest(device, hubs) };
}

/** What a device has of a resource. Labels and annotations of tools are about the resource itself: on a VM they would make a tool think that the VM is its own. */
export function inputOf({ apiVersion, kind, metadata, spec }: KubeObject): EdgeDeviceInput {
  const { name, namespace } = metadata;
  const [labels, annotations] = [own(metadata.labels), own(metadata.annotations)];
  return {
    apiVersion, kind, spec: spec ?? {},
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) },
  };
}

function own(map: Record<string, string> | undefined): Record<string, string> | undefined {
  const kept = Object.entries(map ?? {}).filter(([key]) => !isBookkeeping(key) && !reserved().test(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function reserved(): RegExp {
  const { labels } = metadataNode.fields;
  return new RegExp(labels?.type === 'map' ? (labels.reserved ?? '$^') : '$^');
}

/** In a cluster, a secret can only be in a Secret: the operator has neither the person's files nor its variables. */
function secretsOutside(input: EdgeDeviceInput): Problem[] {
  const sources = [...declaredFields().values()].filter(({ node }) => node.type === 'object' && node.name === 'SecretSource');
  return sources.flatMap(({ path }): Problem[] => {
    const value = at(input, ...path.split('.'));
    const given = record(value);
    if (given === undefined) return [];
    const other = Object.keys(given).filter((key) => key !== 'secretRef');
    return other.length === 0 ? [] : [{ kind: 'invalid', field: path, message: 'must be {secretRef: {name, key}}: in a cluster, a secret is only in a Secret' }];
  });
}

/** Every field that may name a file, in its declaration. */
async function filesOf(input: EdgeDeviceInput): Promise<Problem[]> {
  const none = async (): Promise<string> => Promise.reject(new EdgeVmError('invalid-input', 'there are no files'));
  const { problems } = await loadSideFiles(input, { readFile: none, readStdin: none }, '/');
  return problems.map((problem) => ({ ...problem, kind: 'invalid', message: 'must be the text itself: a resource of the cluster cannot name a file' }));
}

function identityRequest({ spec }: EdgeDevice, hubs: readonly string[]): IdentityRequest {
  const { register, connectionString } = spec.identity;
  if (register === undefined) {
    const source = connectionString as { secretRef: { name: string; key?: string } };
    return { kind: 'secret', ...source.secretRef };
  }
  hubFor(spec.hub?.hostname, hubs);
  const tags = isMapping(register) ? (register as { tags?: Record<string, string> }).tags : undefined;
  return { kind: 'register', deviceId: spec.deviceId!, ...(tags === undefined ? {} : { tags }) };
}

/** The hub that will register the device. Throws InvalidInputError if the spec must name one, `usage` without a credential for it. */
export function hubFor(named: string | undefined, hubs: readonly string[]): string {
  if (named === undefined) {
    if (hubs.length === 1) return hubs[0]!;
    if (hubs.length > 1) throw new InvalidInputError([{ kind: 'missing', field: 'spec.hub.hostname', message: `is missing: the operator has credentials for ${hubs.join(', ')}` }]);
    throw new EdgeVmError('usage', 'the operator has no credential for a hub, so it cannot register the device', { hint: 'Give the operator a service connection string of the hub, or give the device a connection string in a Secret.' });
  }
  const found = hubs.find((one) => one.toLowerCase() === named.toLowerCase());
  if (found !== undefined) return found;
  const meant = hubs.find((one) => one.toLowerCase().startsWith(`${named.toLowerCase()}.`));
  if (meant !== undefined) throw new InvalidInputError([{ kind: 'invalid', field: 'spec.hub.hostname', message: `must be the whole host name of the hub: ${meant}`, got: JSON.stringify(named) }]);
  throw new EdgeVmError('usage', `the operator has no credential for hub ${named}${hubs.length === 0 ? '' : `, only for ${hubs.join(', ')}`}`, { hint: 'Give the operator a service connection string of that hub, or give the device a connection string in a Secret.' });
}
