import type { HubContext } from '../context.js';
import { controlRequest } from '../control/routes.js';
import { ConnectionRefused } from '../control/rules.js';
import { HubError } from '../errors.js';
import { authorize, authorizeControl } from './authorize.js';
import { isObject } from '../registry/json.js';
import type { JsonValue } from '../store/model.js';
import { ROUTES } from './routes.js';
import type { HubRequest, Reply, Route } from './types.js';

/** Finds, authorizes, limits and runs an operation. Throws HubError. */
export async function dispatch(hub: HubContext, request: HubRequest): Promise<Reply> {
  if (request.path[0] === '$lab') {
    authorizeControl(hub, request);
    return controlRequest(hub, request);
  }
  checkVersion(request.query.get('api-version'));
  const { route, params } = findRoute(request);
  const deviceId = params['id'];
  try {
    authorize(hub, request, route, deviceId);
    const bulk = route.operation === 'bulk' && Array.isArray(request.body) ? request.body : undefined;
    const { lost } = await hub.rules.apply(route.operation, bulk?.map(idIn) ?? deviceId, bulk?.length);
    const reply = await route.handle(hub, request, params);
    if (lost) throw new ConnectionRefused('the answer is lost by a rule');
    hub.rules.note(route.operation, reply.status);
    return reply;
  } catch (error) {
    hub.rules.note(route.operation, error instanceof HubError ? error.status : 0);
    throw error;
  }
}

function idIn(entry: JsonValue): string {
  const id = isObject(entry) ? entry['id'] : undefined;
  return typeof id === 'string' ? id : '';
}

function checkVersion(version: string | null): void {
  if (version !== null && /^\d{4}-\d{2}-\d{2}(?:-preview)?$/.test(version)) return;
  throw new HubError(400, 'InvalidProtocolVersion', `Unable to parse Protocol Version: '${version ?? ''}'.`);
}

function findRoute(request: HubRequest): { route: Route; params: Record<string, string> } {
  let pathKnown = false;
  for (const route of ROUTES) {
    const params = match(route.path, request.path);
    if (params === undefined) continue;
    if (route.method === request.method) return { route, params };
    pathKnown = true;
  }
  if (pathKnown) throw new HubError(405, 'MethodNotAllowed', `${request.method} is not allowed here.`);
  throw new HubError(501, 'NotImplemented', `The lab's hub does not imitate ${request.method} /${request.path.join('/')}`);
}

function match(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const got = path[i]!;
    if (part.startsWith(':')) params[part.slice(1)] = got;
    else if (part.toLowerCase() !== got.toLowerCase()) return undefined;
  }
  return params;
}
