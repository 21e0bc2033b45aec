import { request, type Agent } from 'node:https';
import { SecretValue, sharedAccessSignature } from 'edge-vm';

/** What the simulated aziot-identityd reads from config.toml. */
export interface ProvisioningConfig {
  hubHostname: string;
  deviceId: string;
  key: SecretValue;
}

export type ModuleIdentityAnswer =
  | { ok: true; moduleKey: SecretValue }
  | { ok: false; code: AgentCode; message: string };

/** Codes of `agent` in a stage record that can follow from a hub's answer (docs/stage-records.md). */
export type AgentCode = 'unauthorized' | 'device-not-found' | 'not-edge-enabled' | 'hub-unreachable';

const API_VERSION = '2017-11-08-preview';

/**
 * Does the same as aziot-identityd at its start: with the device's own key, it reads the module identity `$edgeAgent` and
 * its key. The hub makes that module only for edge-enabled devices, so other devices get a 404 here, as in the field.
 */
export async function agentIdentity(config: ProvisioningConfig, agent: Agent, signal: AbortSignal): Promise<ModuleIdentityAnswer> {
  const path = `/devices/${encodeURIComponent(config.deviceId)}/modules/%24edgeAgent`;
  let answer: { status: number; body: string };
  try {
    answer = await get(config, path, agent, signal);
  } catch (error) {
    return { ok: false, code: 'hub-unreachable', message: error instanceof Error ? error.message : String(error) };
  }
  if (answer.status !== 200) return { ok: false, ...refusal(answer.status, answer.body) };
  const body = JSON.parse(answer.body) as { authentication?: { symmetricKey?: { primaryKey?: string } } };
  const key = body.authentication?.symmetricKey?.primaryKey;
  if (!key) return { ok: false, code: 'unauthorized', message: 'module $edgeAgent has no symmetric key' };
  return { ok: true, moduleKey: new SecretValue(key) };
}

/** What the guest reports from identityd's log after such an answer. */
function refusal(status: number, body: string): { code: AgentCode; message: string } {
  const { Message: message } = JSON.parse(body) as { Message: string };
  const numbered = /^\{.*"errorCode":(\d+).*"message":"([^"]*)"/.exec(message);
  const codes: Record<string, AgentCode> = { '404001': 'device-not-found', '404010': 'not-edge-enabled' };
  const code = codes[numbered?.[1] ?? ''] ?? (status === 401 ? 'unauthorized' : 'hub-unreachable');
  return { code, message: numbered === null ? message : `${numbered[1]} ${numbered[2]}` };
}

function get(config: ProvisioningConfig, path: string, agent: Agent, signal: AbortSignal): Promise<{ status: number; body: string }> {
  const token = sharedAccessSignature({
    resource: `${config.hubHostname}/devices/${encodeURIComponent(config.deviceId)}`,
    key: config.key,
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
  });
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent, method: 'GET', host: config.hubHostname, path: `${path}?api-version=${API_VERSION}`, signal, timeout: 10_000,
        headers: { authorization: token.reveal(), accept: 'application/json' },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer in 10 s')));
    call.on('error', reject);
    call.end();
  });
}
