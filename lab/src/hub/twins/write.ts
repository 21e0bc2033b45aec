import { isoNow, type HubContext } from '../context.js';
import { notifyDesired } from '../sessions/notify.js';
import type { Identity, JsonObject } from '../store/model.js';
import { mergePatch, patchBag, withRemoved } from './merge.js';
import { checkSize, checkValues, withoutReserved } from './validate.js';

/** Merges into the desired properties and notifies the identity, if it listens. */
export function patchDesired(hub: HubContext, identity: Identity, input: JsonObject): void {
  const { twin } = identity;
  const patch = withoutReserved(input);
  checkValues(patch, 'desired');
  checkSize(mergePatch(twin.desired.values, patch), 'desired');
  patchBag(twin.desired, patch, isoNow(hub), true);
  touched(hub, identity);
  notifyDesired(hub, identity, patch);
}

/**
 * Replaces the desired properties. The notification holds all of them, and `null` for each removed one. A client that
 * merges it has the same properties (https://github.com/Azure/azure-iot-sdk-csharp/issues/954).
 */
export function replaceDesired(hub: HubContext, identity: Identity, input: JsonObject): void {
  const { twin } = identity;
  const values = withoutReserved(input);
  checkValues(values, 'desired');
  checkSize(mergePatch({}, values), 'desired');
  const before = twin.desired.values;
  twin.desired.values = {};
  twin.desired.metadata = {};
  patchBag(twin.desired, values, isoNow(hub), true);
  touched(hub, identity);
  notifyDesired(hub, identity, withRemoved(twin.desired.values, before));
}

export function patchTags(hub: HubContext, identity: Identity, patch: JsonObject): void {
  checkValues(patch, 'tags');
  const tags = mergePatch(identity.twin.tags, patch);
  checkSize(tags, 'tags');
  identity.twin.tags = tags;
  touched(hub, identity);
}

export function replaceTags(hub: HubContext, identity: Identity, tags: JsonObject): void {
  identity.twin.tags = {};
  patchTags(hub, identity, tags);
}

/** The identity's own write: only reported properties, no ETag change. Returns the new version. */
export function patchReported(hub: HubContext, identity: Identity, input: JsonObject): number {
  const { twin } = identity;
  const patch = withoutReserved(input);
  checkValues(patch, 'reported');
  checkSize(mergePatch(twin.reported.values, patch), 'reported');
  patchBag(twin.reported, patch, isoNow(hub), false);
  twin.version += 1;
  identity.lastActivityTime = isoNow(hub);
  hub.store.put(identity);
  return twin.reported.version;
}

function touched(hub: HubContext, identity: Identity): void {
  identity.twin.version += 1;
  identity.twin.etag += 1;
  hub.store.put(identity);
}
