import type { HubContext } from '../context.js';
import { shownConnection } from '../registry/connection-state.js';
import { scopeOf } from '../registry/views.js';
import type { Identity, JsonObject, PropertyBag } from '../store/model.js';
import { twinEtag } from './record.js';

/** A twin as `GET /twins/…` and queries show it. */
export function twinView(hub: HubContext, identity: Identity): JsonObject {
  const { twin, authentication } = identity;
  const scope = identity.moduleId === undefined ? scopeOf(identity) : undefined;
  return {
    deviceId: identity.deviceId,
    ...(identity.moduleId === undefined ? {} : { moduleId: identity.moduleId }),
    etag: twinEtag(twin),
    deviceEtag: identity.etag,
    status: identity.status,
    ...(identity.statusReason === null ? {} : { statusReason: identity.statusReason }),
    statusUpdateTime: identity.statusUpdatedTime,
    connectionState: shownConnection(hub, identity).state,
    lastActivityTime: identity.lastActivityTime,
    cloudToDeviceMessageCount: 0,
    authenticationType: authentication.type,
    x509Thumbprint: { ...authentication.x509Thumbprint },
    modelId: '',
    version: twin.version,
    ...(identity.moduleId === undefined || Object.keys(twin.tags).length > 0 ? { tags: twin.tags } : {}),
    ...(identity.deployment === undefined || Object.keys(identity.deployment.configurations).length === 0 ? {} : { configurations: identity.deployment.configurations }),
    properties: { desired: serviceBag(twin.desired), reported: serviceBag(twin.reported) },
    ...(identity.moduleId === undefined ? { capabilities: { iotEdge: identity.iotEdge } } : {}),
    ...(scope === undefined ? {} : { deviceScope: scope }),
    ...(identity.parentScopes.length === 0 ? {} : { parentScopes: [...identity.parentScopes] }),
  };
}

/** A twin in the form for the identity itself: without metadata. */
export function ownTwinView(identity: Identity): JsonObject {
  const { desired, reported } = identity.twin;
  return { desired: { ...desired.values, $version: desired.version }, reported: { ...reported.values, $version: reported.version } };
}

function serviceBag(bag: PropertyBag): JsonObject {
  return { ...bag.values, $metadata: bag.metadata, $version: bag.version };
}
