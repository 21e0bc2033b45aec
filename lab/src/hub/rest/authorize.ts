import { checkCertificate, checkIdentityToken, checkPolicyToken, type AuthResult, type Right } from '../auth/credentials.js';
import { parseSas } from '../auth/sas.js';
import type { HubContext } from '../context.js';
import { identityNotFound, unauthorized } from '../errors.js';
import type { HubRequest, Route } from './types.js';

const ALL_RIGHTS: readonly Right[] = ['RegistryRead', 'RegistryWrite', 'ServiceConnect', 'DeviceConnect'];

/** Lets a request of the service's API pass, or throws 401 (404 for a device that is gone). */
export function authorize(hub: HubContext, request: HubRequest, route: Route, deviceId: string | undefined): void {
  const header = request.headers.authorization;
  const token = header === undefined ? undefined : parseSas(header);
  if (token?.policy !== undefined) {
    let result = checkPolicyToken(hub, token, request.path, route.right);
    if (!result.ok && route.own) {
      const asDevice = checkPolicyToken(hub, token, request.path, 'DeviceConnect');
      if (asDevice.ok) result = asDevice;
    }
    return throwUnless(result);
  }
  if (header !== undefined && token === undefined) throw unauthorized('the Authorization header holds no SharedAccessSignature');
  if (!route.own || deviceId === undefined) throw unauthorized('a token of a service policy is needed');
  authorizeDevice(hub, request, deviceId, header);
}

/** The control API: a policy that may do everything. */
export function authorizeControl(hub: HubContext, request: HubRequest): void {
  const token = parseSas(request.headers.authorization ?? '');
  if (token?.policy === undefined) throw unauthorized('a token of a service policy is needed');
  for (const right of ALL_RIGHTS) throwUnless(checkPolicyToken(hub, token, request.path, right));
}

/** In the field a device that is gone gets 404, as identityd's logs show. Every other failure is 401. */
function authorizeDevice(hub: HubContext, request: HubRequest, deviceId: string, header: string | undefined): void {
  const device = hub.store.device(deviceId);
  if (device === undefined) {
    if (header === undefined && request.certificate === undefined) throw unauthorized('no credential');
    throw identityNotFound(deviceId);
  }
  throwUnless(header === undefined ? checkCertificate(hub, request.certificate, device) : checkIdentityToken(hub, header, device));
  if (device.status === 'disabled') throw unauthorized('the device is disabled');
}

function throwUnless(result: AuthResult): void {
  if (!result.ok) throw unauthorized(result.reason);
}
