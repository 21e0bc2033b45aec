import type { Right } from '../auth/credentials.js';
import { deleteConfiguration, listConfigurations, putConfiguration, requireConfiguration, testQueries } from '../configurations/requests.js';
import { configurationView } from '../configurations/views.js';
import type { HubContext } from '../context.js';
import type { Operation } from '../control/rules.js';
import { badRequest } from '../errors.js';
import { invokeMethod } from '../methods/invoke.js';
import { runQuery } from '../query/run.js';
import { bulkDevices } from '../registry/bulk.js';
import { deleteDevice, putDevice, requireDevice } from '../registry/devices.js';
import { countedEtag, parseIfMatch } from '../registry/etags.js';
import { asObject } from '../registry/json.js';
import { deleteModule, listModules, putModule, requireModule } from '../registry/modules.js';
import { deviceStatistics, serviceStatistics } from '../registry/statistics.js';
import { identityView } from '../registry/views.js';
import type { Configuration, Identity, JsonObject } from '../store/model.js';
import { applyConfiguration } from '../twins/configuration.js';
import { twinEtag } from '../twins/record.js';
import { requireTwin, writeTwin } from '../twins/requests.js';
import { twinView } from '../twins/views.js';
import type { HubRequest, Reply, Route } from './types.js';

type Params = Readonly<Record<string, string>>;

/** The api-version of aziot-identityd. It accepts only 200 as the answer to a PUT; later api-versions answer 201 for a new module. */
const DAEMON_VERSION = '2017-11-08-preview';

const ifMatch = (request: HubRequest): string | undefined => parseIfMatch(request.headers['if-match']);
const body = (request: HubRequest): JsonObject => {
  if (request.body === null) throw badRequest('The request has no body.');
  return asObject(request.body, 'body');
};
const identityReply = (hub: HubContext, identity: Identity, status = 200): Reply => ({
  status,
  headers: { etag: `"${identity.etag}"` },
  body: identityView(hub, identity),
});
const configurationReply = (hub: HubContext, configuration: Configuration): Reply => ({
  status: 200,
  headers: { etag: `"${countedEtag(configuration.version)}"` },
  body: configurationView(hub, configuration),
});
const twinReply = (hub: HubContext, identity: Identity): Reply => ({
  status: 200,
  headers: { etag: `"${twinEtag(identity.twin)}"` },
  body: twinView(hub, identity),
});

function route(pattern: string, operation: Operation, right: Right, handle: (hub: HubContext, request: HubRequest, params: Params) => Reply | Promise<Reply>, own = false): Route {
  const [method = '', path = ''] = pattern.split(' ');
  return { method, path: path.split('/').slice(1), operation, right, own, handle };
}

const registry: Route[] = [
  route('GET /devices', 'registry-read', 'RegistryRead', (hub, request) => {
    const top = Number(request.query.get('top') ?? 1000);
    if (!Number.isInteger(top) || top < 1 || top > 1000) throw badRequest('top must be 1 to 1000.');
    return { status: 200, body: [...hub.store.devices()].slice(0, top).map((device) => identityView(hub, device)) };
  }),
  route('POST /devices', 'bulk', 'RegistryWrite', (hub, request) => {
    const result = bulkDevices(hub, request.body);
    return { status: result.isSuccessful ? 200 : 400, body: result };
  }),
  route('GET /devices/:id', 'registry-read', 'RegistryRead', (hub, _request, { id = '' }) => identityReply(hub, requireDevice(hub, id))),
  route('PUT /devices/:id', 'registry-write', 'RegistryWrite', (hub, request, { id = '' }) => identityReply(hub, putDevice(hub, id, body(request), ifMatch(request)))),
  route('DELETE /devices/:id', 'registry-write', 'RegistryWrite', (hub, request, { id = '' }) => {
    deleteDevice(hub, id, ifMatch(request));
    return { status: 204 };
  }),
  route('GET /statistics/devices', 'statistics', 'RegistryRead', (hub) => ({ status: 200, body: deviceStatistics(hub) })),
  route('GET /statistics/service', 'statistics', 'RegistryRead', (hub) => ({ status: 200, body: serviceStatistics(hub) })),
];

const modules: Route[] = [
  route('GET /devices/:id/modules', 'registry-read', 'RegistryRead', (hub, _request, { id = '' }) => ({ status: 200, body: listModules(hub, id).map((module) => identityView(hub, module)) }), true),
  route('GET /devices/:id/modules/:module', 'registry-read', 'RegistryRead', (hub, _request, { id = '', module = '' }) => identityReply(hub, requireModule(hub, id, module)), true),
  route('PUT /devices/:id/modules/:module', 'registry-write', 'RegistryWrite', (hub, request, { id = '', module = '' }) => {
    const put = putModule(hub, id, module, body(request), ifMatch(request));
    return identityReply(hub, put.module, put.created && request.query.get('api-version') !== DAEMON_VERSION ? 201 : 200);
  }, true),
  route('DELETE /devices/:id/modules/:module', 'registry-write', 'RegistryWrite', (hub, request, { id = '', module = '' }) => {
    deleteModule(hub, id, module, ifMatch(request));
    return { status: 204 };
  }, true),
];

const query: Route[] = [
  route('POST /devices/query', 'query', 'ServiceConnect', (hub, request) => runQuery(hub, body(request), request.headers)),
];

const configuration: Route[] = [
  route('POST /devices/:id/applyConfigurationContent', 'configuration', 'RegistryWrite', (hub, request, { id = '' }) => {
    applyConfiguration(hub, id, body(request));
    return { status: 204 };
  }),
  route('GET /configurations', 'configuration', 'RegistryRead', (hub) => ({ status: 200, body: listConfigurations(hub) })),
  route('POST /configurations/testQueries', 'configuration', 'RegistryRead', (_hub, request) => ({ status: 200, body: testQueries(body(request)) })),
  route('GET /configurations/:configuration', 'configuration', 'RegistryRead', (hub, _request, { configuration: id = '' }) => configurationReply(hub, requireConfiguration(hub, id))),
  route('PUT /configurations/:configuration', 'configuration', 'RegistryWrite', (hub, request, { configuration: id = '' }) => configurationReply(hub, putConfiguration(hub, id, body(request), request.headers['if-match']))),
  route('DELETE /configurations/:configuration', 'configuration', 'RegistryWrite', (hub, request, { configuration: id = '' }) => {
    deleteConfiguration(hub, id, ifMatch(request));
    return { status: 204 };
  }),
];

/** Twins and methods exist for devices and for modules alike. */
const twins: Route[] = ['/twins/:id', '/twins/:id/modules/:module'].flatMap((path) => [
  route(`GET ${path}`, 'twin-read', 'ServiceConnect', (hub, _request, params) => twinReply(hub, twinOf(hub, params))),
  ...(['PATCH', 'PUT'] as const).map((method) =>
    route(`${method} ${path}`, 'twin-update', 'ServiceConnect', (hub, request, params) => {
      const identity = twinOf(hub, params);
      writeTwin(hub, identity, body(request), ifMatch(request), method === 'PATCH' ? 'merge' : 'replace');
      return twinReply(hub, identity);
    }),
  ),
  route(`POST ${path}/methods`, 'method', 'ServiceConnect', async (hub, request, params) => ({ status: 200, body: await invokeMethod(hub, twinOf(hub, params), body(request)) })),
]);

const twinOf = (hub: HubContext, params: Params): Identity => requireTwin(hub, params['id'] ?? '', params['module']);

/** All operations. If two match, the first one counts. */
export const ROUTES: readonly Route[] = [...registry, ...query, ...configuration, ...modules, ...twins];
