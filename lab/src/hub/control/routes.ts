import { randomBytes, X509Certificate } from 'node:crypto';
import type { Right } from '../auth/credentials.js';
import type { HubContext } from '../context.js';
import { badRequest, HubError } from '../errors.js';
import { asObject, isObject, optionalString } from '../registry/json.js';
import type { HubRequest, Reply } from '../rest/types.js';
import type { JsonObject, JsonValue } from '../store/model.js';
import { OPERATIONS, type Operation, type Rule, type RuleAction } from './rules.js';

type Handler = (hub: HubContext, request: HubRequest, rest: readonly string[]) => Reply;

/** The lab's own API, `/$lab/v1/…`. The caller has checked that the policy has all rights. */
export function controlRequest(hub: HubContext, request: HubRequest): Reply {
  const [, version, name = '', ...rest] = request.path;
  const handler = version === 'v1' ? HANDLERS[`${request.method} ${name}`] : undefined;
  if (handler === undefined) throw new HubError(404, 'NotFound', `No such control: ${request.method} ${request.path.join('/')}`);
  return handler(hub, request, rest);
}

const HANDLERS: Record<string, Handler> = {
  'GET status': (hub) => ok({ hostname: hub.hostname, devices: hub.store.deviceCount, connections: hub.sessions.all().length, counters: hub.rules.counters() }),
  'GET rules': (hub) => ok(hub.rules.list()),
  'POST rules': (hub, request) => ({ status: 201, body: hub.rules.add(readRule(asObject(request.body, 'rule'))) }),
  'DELETE rules': (hub, _request, [id]) => {
    if (!hub.rules.remove(id) && id !== undefined) throw new HubError(404, 'NotFound', `No rule ${id}`);
    return { status: 204 };
  },
  'GET settings': (hub) => ok(hub.settings),
  'PUT settings': (hub, request) => {
    changeSettings(hub, asObject(request.body, 'settings'));
    return ok(hub.settings);
  },
  'GET telemetry': (hub, { query }) =>
    ok({
      count: hub.telemetry.count,
      messages: hub.telemetry.list({
        ...(query.has('deviceId') ? { deviceId: query.get('deviceId')! } : {}),
        ...(query.has('moduleId') ? { moduleId: query.get('moduleId')! } : {}),
        after: Number(query.get('after') ?? 0),
      }),
    }),
  'GET connections': (hub) =>
    ok(hub.sessions.all().map(({ deviceId, moduleId, protocol, connectedAt, subscriptions }) => ({ deviceId, moduleId, protocol, connectedAt: new Date(connectedAt).toISOString(), subscriptions: [...subscriptions] }))),
  'POST drop': (hub, request) => {
    const body = asObject(request.body, 'drop');
    const deviceId = optionalString(body['deviceId'], 'deviceId') ?? '';
    const moduleId = optionalString(body['moduleId'], 'moduleId') ?? undefined;
    return ok({ dropped: hub.sessions.drop(deviceId, moduleId, 'dropped by the control API') });
  },
  'POST policies': (hub, request) => {
    const policy = readPolicy(asObject(request.body, 'policy'));
    if (hub.policies.some(({ name }) => name === policy.name)) throw new HubError(409, 'PolicyAlreadyExists', `Policy ${policy.name} exists`);
    hub.policies.push(policy);
    return { status: 201, body: policy };
  },
  'PUT ca': (hub, request) => {
    hub.caCertificates = readCertificates(request.body);
    return { status: 204 };
  },
};

const ok = (body: unknown): Reply => ({ status: 200, body });

const RIGHTS: readonly Right[] = ['RegistryRead', 'RegistryWrite', 'ServiceConnect', 'DeviceConnect'];

function readPolicy(input: JsonObject): { name: string; key: string; rights: Right[] } {
  const name = optionalString(input['name'], 'name') ?? '';
  if (!/^[\w-]{1,64}$/.test(name)) throw badRequest('name must be 1 to 64 letters, digits, _ or -.');
  const rights = input['rights'];
  if (!Array.isArray(rights) || rights.length === 0 || !rights.every((right) => RIGHTS.includes(right as Right))) throw badRequest(`rights must be a list of ${RIGHTS.join(', ')}.`);
  return { name, key: randomBytes(32).toString('base64'), rights: rights as Right[] };
}

function readRule(input: JsonObject): Omit<Rule, 'id'> {
  const operation = optionalString(input['operation'], 'operation');
  if (operation !== null && !(OPERATIONS as readonly string[]).includes(operation)) throw badRequest(`operation must be one of ${OPERATIONS.join(', ')}.`);
  const deviceId = optionalString(input['deviceId'], 'deviceId');
  const count = input['count'];
  if (count !== undefined && (typeof count !== 'number' || count < 1)) throw badRequest('count must be 1 or more.');
  return {
    ...(operation === null ? {} : { operation: operation as Operation }),
    ...(deviceId === null ? {} : { deviceId }),
    ...(count === undefined ? {} : { count }),
    action: readAction(input['action']),
  };
}

function readAction(value: JsonValue | undefined): RuleAction {
  const input = asObject(value ?? {}, 'action');
  const number = (field: string, min: number, max: number, fallback?: number): number => {
    const got = input[field] ?? fallback;
    if (typeof got !== 'number' || got < min || got > max) throw badRequest(`action.${field} must be ${min} to ${max}.`);
    return got;
  };
  switch (input['kind']) {
    case 'throttle':
      return { kind: 'throttle', retryAfterSeconds: number('retryAfterSeconds', 0, 3600, 10) };
    case 'error': {
      const code = optionalString(input['code'], 'action.code');
      return { kind: 'error', status: number('status', 400, 599, 500), ...(code === null ? {} : { code }) };
    }
    case 'delay':
      return { kind: 'delay', ms: number('ms', 0, 600_000) };
    case 'refuse':
    case 'lose':
      return { kind: input['kind'] };
    default:
      throw badRequest('action.kind must be throttle, error, delay, refuse or lose.');
  }
}

function changeSettings(hub: HubContext, input: JsonObject): void {
  const lag = input['connectionStateLagMs'];
  if (lag === null || (typeof lag === 'number' && lag >= 0)) hub.settings.connectionStateLagMs = lag;
  else if (lag !== undefined) throw badRequest('connectionStateLagMs must be milliseconds, or null for never.');
  const configurationLag = input['configurationLagMs'];
  if (typeof configurationLag === 'number' && configurationLag >= 0) hub.settings.configurationLagMs = configurationLag;
  else if (configurationLag !== undefined) throw badRequest('configurationLagMs must be milliseconds.');
  const limits = input['realLimits'];
  if (typeof limits === 'boolean') hub.settings.realLimits = limits;
  else if (limits !== undefined) throw badRequest('realLimits must be true or false.');
}

function readCertificates(body: JsonValue): string[] {
  const list = isObject(body) ? body['certificates'] : undefined;
  if (!Array.isArray(list)) throw badRequest('certificates must be a list of PEM texts.');
  return list.map((pem) => {
    try {
      return new X509Certificate(optionalString(pem, 'certificates[]') ?? '').toString();
    } catch {
      throw badRequest('certificates holds a text that is no PEM certificate.');
    }
  });
}
