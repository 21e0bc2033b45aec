import { EdgeDevice, VirtualMachine } from '../cluster/kinds.js';
import { keyOf } from '../cluster/key.js';
import { deviceOf, isOfDevice, type DeviceRef } from '../cluster/owned.js';
import type { KubeObject } from '../cluster/types.js';
import { at, textAt } from '../support/plain.js';
import { registrationIn } from './registration.js';

/** One that has a device identity, or wants it. */
interface Claim {
  /** A name for people, e.g. `EdgeDevice north/gw-01`. */
  name: string;
  key: string;
  /** It was given the identity; otherwise it only asks for it. */
  isHeld: boolean;
  isGoing: boolean;
  createdAt: string;
}

/** Who has which device identity, in all namespaces that the operator watches. */
export interface Identities {
  note(object: KubeObject, deleted: boolean): void;
  /** The name of another one that has the identity, or asked for it earlier. If there is none, the identity is this EdgeDevice's until its spec changes. */
  claim(resource: KubeObject, device: DeviceRef): string | undefined;
  /** The name of another one that uses the identity and stays. */
  otherUser(resource: KubeObject, device: DeviceRef): string | undefined;
}

/** @param onlyHub the hub of an EdgeDevice that names none; `undefined` if there are several. */
export function createIdentities(onlyHub: string | undefined): Identities {
  /** Claims of an identity, by the object that makes them. */
  const byId = new Map<string, Map<string, Claim>>();
  const idsOf = new Map<string, Set<string>>();
  /** Given by `claim`, for this generation of the EdgeDevice: a connection string shows only then which device it is. */
  const given = new Map<string, { id: string; generation: number }>();

  function forget(source: string): void {
    for (const id of idsOf.get(source) ?? []) {
      byId.get(id)?.delete(source);
      if (byId.get(id)?.size === 0) byId.delete(id);
    }
    idsOf.delete(source);
  }

  function add(source: string, id: string, claim: Claim): void {
    const claims = byId.get(id) ?? new Map<string, Claim>();
    const before = claims.get(source);
    byId.set(id, claims.set(source, { ...claim, isHeld: claim.isHeld || before?.isHeld === true }));
    idsOf.set(source, (idsOf.get(source) ?? new Set()).add(id));
  }

  function note(object: KubeObject, deleted: boolean): void {
    const source = sourceOf(object);
    forget(source);
    if (deleted) {
      given.delete(source);
      return;
    }
    const claim = claimOf(object);
    if (object.kind === VirtualMachine.kind) {
      const device = deviceOf(object);
      if (isOfDevice(object) && device.id !== null) add(source, idOf(device), { ...claim, isHeld: true });
      return;
    }
    const registration = registrationIn(object);
    const wanted = registration ?? registerOf(object, onlyHub);
    if (wanted !== undefined) add(source, idOf({ hub: wanted.hub, id: wanted.deviceId }), { ...claim, isHeld: registration !== undefined && registration.state !== 'Registering' });
    const known = given.get(source);
    if (known?.generation === object.metadata.generation) add(source, known!.id, { ...claim, isHeld: true });
    else given.delete(source);
  }

  function others(resource: KubeObject, device: DeviceRef): { own: Claim; rest: Claim[] } {
    const key = keyOf(resource.metadata);
    const claims = [...(byId.get(idOf(device))?.values() ?? [])];
    const own = { ...claimOf(resource), isHeld: claims.some((one) => one.key === key && one.isHeld) };
    return { own, rest: claims.filter((one) => one.key !== key) };
  }

  return {
    note,
    claim(resource, device) {
      const { own, rest } = others(resource, device);
      const first = [own, ...rest].toSorted(byRight)[0]!;
      if (first !== own) return first.name;
      given.set(sourceOf(resource), { id: idOf(device), generation: resource.metadata.generation ?? 0 });
      add(sourceOf(resource), idOf(device), { ...own, isHeld: true });
      return undefined;
    },
    otherUser: (resource, device) => others(resource, device).rest.filter(({ isHeld, isGoing }) => isHeld && !isGoing).toSorted(byRight)[0]?.name,
  };
}

/** First who has it, then the older one. */
function byRight(a: Claim, b: Claim): number {
  return Number(b.isHeld) - Number(a.isHeld) || a.createdAt.localeCompare(b.createdAt) || a.key.localeCompare(b.key) || a.name.localeCompare(b.name);
}

function claimOf({ kind, metadata }: KubeObject): Claim {
  return { name: `${kind} ${keyOf(metadata)}`, key: keyOf(metadata), isHeld: false, isGoing: metadata.deletionTimestamp !== undefined, createdAt: metadata.creationTimestamp ?? '' };
}

/** The device that an EdgeDevice will register. */
function registerOf({ kind, metadata, spec }: KubeObject, onlyHub: string | undefined): { hub: string; deviceId: string } | undefined {
  if (kind !== EdgeDevice.kind || at(spec, 'identity', 'register') === undefined) return undefined;
  const hub = textAt(spec, 'hub', 'hostname') ?? onlyHub;
  return hub === undefined ? undefined : { hub, deviceId: textAt(spec, 'deviceId') ?? textAt(spec, 'identity', 'register', 'deviceId') ?? metadata.name };
}

const sourceOf = ({ kind, metadata }: KubeObject): string => `${kind}/${keyOf(metadata)}`;
/** Hub host names are case-insensitive, device ids are not. */
const idOf = ({ hub, id }: DeviceRef): string => JSON.stringify([hub?.toLowerCase() ?? null, id]);
