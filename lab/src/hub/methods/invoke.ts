import { randomUUID } from 'node:crypto';
import type { HubContext } from '../context.js';
import { badRequest, HubError } from '../errors.js';
import type { MethodAnswer, Session } from '../sessions/sessions.js';
import type { Identity, JsonObject, JsonValue } from '../store/model.js';

// https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-direct-methods
const RESPONSE_SECONDS = { min: 5, max: 300, default: 30 };
const CONNECT_SECONDS = { min: 0, max: 300, default: 0 };
const MAX_PAYLOAD = 128 * 1024;

interface MethodCall {
  name: string;
  payload: string;
  connectMs: number;
  responseMs: number;
}

/** `POST /twins/…/methods`: calls the connected identity and waits for its answer. */
export async function invokeMethod(hub: HubContext, identity: Identity, body: JsonObject): Promise<{ status: number; payload: JsonValue }> {
  const call = readCall(body);
  const { deviceId, moduleId } = identity;
  const session = await hub.sessions.waitFor(deviceId, moduleId, (s) => s.listensTo('methods'), call.connectMs);
  if (session === undefined) throw notOnline();
  const answer = await deliver(session, call);
  if (answer === undefined) throw timedOut(call.responseMs);
  if (answer.kind === 'closed') {
    throw new HubError(404, 'DeviceNotOnline', 'Device unavailable', { envelope: 'nested', number: 404104 });
  }
  return { status: answer.status, payload: parsePayload(answer.payload) };
}

function readCall(body: JsonObject): MethodCall {
  const name = body['methodName'];
  if (typeof name !== 'string' || name === '' || name.length > 100) throw badRequest('methodName must be 1 to 100 characters.');
  const payload = JSON.stringify(body['payload'] ?? null);
  if (Buffer.byteLength(payload) > MAX_PAYLOAD) throw badRequest(`payload may hold at most ${MAX_PAYLOAD} bytes.`);
  return {
    name,
    payload,
    connectMs: readSeconds(body, 'connectTimeoutInSeconds', CONNECT_SECONDS),
    responseMs: readSeconds(body, 'responseTimeoutInSeconds', RESPONSE_SECONDS),
  };
}

function readSeconds(body: JsonObject, field: string, limits: typeof RESPONSE_SECONDS): number {
  const value = body[field] ?? limits.default;
  if (typeof value !== 'number' || value < limits.min || value > limits.max) {
    throw badRequest(`${field} must be between ${limits.min} and ${limits.max}.`);
  }
  return value * 1000;
}

function deliver(session: Session, call: MethodCall): Promise<MethodAnswer | undefined> {
  const rid = randomUUID();
  return new Promise((resolve) => {
    const finish = (answer: MethodAnswer | undefined): void => {
      clearTimeout(timer);
      session.methods.delete(rid);
      resolve(answer);
    };
    const timer = setTimeout(() => finish(undefined), call.responseMs);
    session.methods.set(rid, finish);
    session.callMethod(rid, call.name, call.payload);
  });
}

function parsePayload(text: string): JsonValue {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new HubError(502, 'BadDeviceResponse', "The device's answer is not JSON.");
  }
}

function notOnline(): HubError {
  return new HubError(404, 'DeviceNotOnline', "The operation failed because the requested device isn't online. To learn more, see https://aka.ms/iothub404103", {
    envelope: 'nested',
    number: 404103,
  });
}

function timedOut(ms: number): HubError {
  return new HubError(504, 'GatewayTimeout', 'Timed out waiting for the response from device.', {
    envelope: 'nested',
    number: 504101,
    info: { timeout: `00:${String(Math.floor(ms / 60_000)).padStart(2, '0')}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}` },
  });
}
