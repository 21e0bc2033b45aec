import { parse } from 'smol-toml';
import { SecretValue } from 'edge-vm';
import type { ProvisioningConfig } from './identity-service.js';

export type ConfigAnswer =
  | { ok: true; config: ProvisioningConfig; parentHostname: string | undefined }
  | { ok: false; message: string };

interface ConfigToml {
  hostname?: unknown;
  parent_hostname?: string;
  provisioning?: {
    source?: string;
    iothub_hostname?: string;
    device_id?: string;
    connection_string?: string;
    authentication?: { method?: string; device_id_pk?: { value?: string; uri?: string } };
  };
}

/** Reads config.toml as `iotedge config apply` does. The simulated runtime knows only manual provisioning with a key. */
export function readConfigToml(text: string): ConfigAnswer {
  let toml: ConfigToml;
  try {
    toml = parse(text);
  } catch (error) {
    return { ok: false, message: `could not parse config file: ${error instanceof Error ? error.message.split('\n')[0] : ''}` };
  }
  if (typeof toml.hostname !== 'string' || toml.hostname === '') return { ok: false, message: 'config.toml has no hostname' };
  const provisioning = toml.provisioning;
  if (provisioning?.source !== 'manual') return { ok: false, message: `the simulated runtime knows provisioning.source "manual" only` };
  const found = provisioning.connection_string === undefined ? fromKey(provisioning) : fromString(provisioning.connection_string);
  if (typeof found === 'string') return { ok: false, message: found };
  return { ok: true, config: found, parentHostname: toml.parent_hostname };
}

function fromKey(provisioning: NonNullable<ConfigToml['provisioning']>): ProvisioningConfig | string {
  const { iothub_hostname: hubHostname, device_id: deviceId, authentication } = provisioning;
  if (!hubHostname || !deviceId) return 'provisioning needs iothub_hostname and device_id';
  if (authentication?.method !== 'sas') return 'the simulated runtime knows authentication.method "sas" only';
  const key = authentication.device_id_pk?.value;
  if (!key) return 'provisioning.authentication.device_id_pk has no value';
  return { hubHostname, deviceId, key: new SecretValue(key) };
}

function fromString(text: string): ProvisioningConfig | string {
  const part = (name: string): string | undefined => new RegExp(`(?:^|;)${name}=([^;]*)`).exec(text)?.[1];
  const [hubHostname, deviceId, key] = [part('HostName'), part('DeviceId'), part('SharedAccessKey')];
  if (!hubHostname || !deviceId || !key) return 'provisioning.connection_string is incomplete';
  return { hubHostname, deviceId, key: new SecretValue(key) };
}
