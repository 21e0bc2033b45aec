import { EdgeDevice, Node } from '../cluster/kinds.js';
import { conditionOf } from '../cluster/virtual-machine.js';
import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import { LABEL_INSTANCE } from '../spec/labels.js';
import { cloudInitSecretName } from '../render/index.js';
import { declaredFields } from '../spec/schema/walk.js';
import { at, textAt } from '../support/plain.js';

/** Tells which EdgeDevices an object of any watched type concerns. */
export interface Changes {
  /** Keys of EdgeDevices. Call it once for each change: it remembers which devices there are, which Secrets they name, and whether nodes are ready. */
  concerned(object: KubeObject, deleted: boolean): string[];
  /** Keys of all EdgeDevices. */
  readonly devices: ReadonlySet<string>;
}

/** @param instancesOn gives the keys of the instances on a node. */
export function createChanges(instancesOn: (node: string) => Iterable<string>): Changes {
  const devices = new Set<string>();
  /** EdgeDevices by the key of a Secret that they name. */
  const named = new Map<string, Set<string>>();
  const secretsOf = new Map<string, readonly string[]>();
  const nodes = new Map<string, string>();

  function note(device: KubeObject, deleted: boolean): void {
    const key = keyOf(device.metadata);
    for (const secret of secretsOf.get(key) ?? []) named.get(secret)?.delete(key);
    secretsOf.delete(key);
    if (deleted) devices.delete(key);
    else devices.add(key);
    if (deleted) return;
    const secrets = secretNames(device).map((name) => keyOf({ namespace: device.metadata.namespace, name }));
    if (secrets.length > 0) secretsOf.set(key, secrets);
    for (const secret of secrets) named.set(secret, (named.get(secret) ?? new Set()).add(key));
  }

  /** A node sends its heartbeat all the time, and only its readiness matters. */
  function changedNode(node: KubeObject, deleted: boolean): string[] {
    const { name } = node.metadata;
    const { status = '', reason = '', lastTransitionTime = '' } = conditionOf(node, 'Ready') ?? {};
    const now = deleted ? 'gone' : `${status} ${reason} ${lastTransitionTime}`;
    const before = nodes.get(name);
    if (deleted) nodes.delete(name);
    else nodes.set(name, now);
    return before === undefined || before === now ? [] : [...instancesOn(name)];
  }

  return {
    devices,
    concerned(object, deleted) {
      if (object.kind === EdgeDevice.kind) {
        note(object, deleted);
        return [keyOf(object.metadata)];
      }
      const keys = object.kind === Node.kind ? changedNode(object, deleted) : [...namesFor(object), ...(object.kind === 'Secret' ? (named.get(keyOf(object.metadata)) ?? []) : [])];
      return [...new Set(keys)].filter((key) => devices.has(key));
    },
  };
}

/** By the owner, by edge-vm's label, and by the name. */
function namesFor(object: KubeObject): string[] {
  const { name, namespace = '', labels = {}, ownerReferences = [] } = object.metadata;
  const owners = ownerReferences.filter(({ kind }) => kind === 'EdgeDevice' || kind === 'VirtualMachine' || kind === 'VirtualMachineInstance').map((owner) => owner.name);
  const own = object.kind === 'Secret' ? (name.endsWith(cloudInitSecretName('')) ? [name.slice(0, -cloudInitSecretName('').length)] : []) : [name];
  const byLabel = [labels[LABEL_INSTANCE], labels['vm.kubevirt.io/name']].filter((one) => one !== undefined);
  return [...new Set([...owners, ...byLabel, ...own])].map((one) => `${namespace}/${one}`);
}

/** Names of the Secrets that a device names. */
export function secretNames(device: KubeObject): string[] {
  const sources = [...declaredFields().values()].filter(({ node }) => node.type === 'object' && node.name === 'SecretSource');
  return sources.flatMap(({ path }) => textAt(at(device, ...path.split('.')), 'secretRef', 'name') ?? []);
}
