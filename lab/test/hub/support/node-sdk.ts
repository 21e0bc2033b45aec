import azureIotDevice from 'azure-iot-device';
import azureIotDeviceAmqp from 'azure-iot-device-amqp';
import azureIotDeviceMqtt from 'azure-iot-device-mqtt';
import azureIothub from 'azure-iothub';
import rest from 'azure-iothub/dist/common-http/rest_api_client.js';
import azureIotCommon from 'azure-iot-common';
import { HOSTNAME, type TestHub } from './test-hub.js';

const { Registry, Client: ServiceClient } = azureIothub;
const { Client, ModuleClient } = azureIotDevice;
const { Mqtt, MqttWs } = azureIotDeviceMqtt;
const { Amqp, AmqpWs } = azureIotDeviceAmqp;

/** `azure-iothub` has no setting for port or CA; its REST client takes an agent. */
function restClient(config: { host: string; sharedAccessSignature: string }): InstanceType<typeof rest.RestApiClient> {
  return new rest.RestApiClient(config, 'edge-vm-lab-test');
}

function serviceConfig(hub: TestHub, policy: string): { host: string; sharedAccessSignature: string } {
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  return { host: HOSTNAME, sharedAccessSignature: azureIotCommon.SharedAccessSignature.create(HOSTNAME, policy, hub.key(policy), expiry).toString() };
}

export function openRegistry(hub: TestHub, policy = 'iothubowner'): InstanceType<typeof Registry> {
  const config = serviceConfig(hub, policy);
  const client = restClient(config);
  const registry = new Registry(config, client);
  // Its constructor sets an agent of its own.
  client.setOptions({ http: { agent: hub.agent() } });
  return registry;
}

export function openServiceClient(hub: TestHub, policy = 'service'): InstanceType<typeof ServiceClient> {
  const client = restClient(serviceConfig(hub, policy));
  const noTransport = { on: () => undefined, removeAllListeners: () => undefined } as unknown as ConstructorParameters<typeof ServiceClient>[0];
  const service = new ServiceClient(noTransport, client);
  client.setOptions({ http: { agent: hub.agent() } });
  return service;
}

/** The hub's name stays in user name and token; the gateway is where the SDK connects to. */
const through = (hub: TestHub, text: string): string => `${text};GatewayHostName=localhost:${hub.hub.mqttPort}`;

export async function deviceClient(hub: TestHub, deviceId: string, key: string): Promise<InstanceType<typeof Client>> {
  const client = Client.fromConnectionString(through(hub, hub.deviceConnectionString(deviceId, key)), Mqtt);
  await client.setOptions({ ca: hub.ca });
  client.setRetryPolicy(new azureIotCommon.NoRetry());
  return client;
}

export async function deviceClientOverWebSockets(hub: TestHub, deviceId: string, key: string): Promise<InstanceType<typeof Client>> {
  const client = Client.fromConnectionString(hub.deviceConnectionString(deviceId, key), MqttWs);
  await client.setOptions({ ca: hub.ca, mqtt: { webSocketAgent: hub.agent() } });
  client.setRetryPolicy(new azureIotCommon.NoRetry());
  return client;
}

export async function moduleClient(hub: TestHub, deviceId: string, moduleId: string, key: string): Promise<InstanceType<typeof ModuleClient>> {
  const client = ModuleClient.fromConnectionString(through(hub, hub.deviceConnectionString(deviceId, key, moduleId)), Mqtt);
  await client.setOptions({ ca: hub.ca });
  client.setRetryPolicy(new azureIotCommon.NoRetry());
  return client;
}

export interface AmqpIdentity {
  deviceId: string;
  moduleId?: string;
  key: string;
}

/** A device or module over AMQP, on its own port or over WebSockets. */
export async function amqpClient(hub: TestHub, { deviceId, moduleId, key }: AmqpIdentity, overWebSockets = false): Promise<InstanceType<typeof Client> | InstanceType<typeof ModuleClient>> {
  const plain = hub.deviceConnectionString(deviceId, key, moduleId);
  const text = overWebSockets ? plain : `${plain};GatewayHostName=localhost:${hub.hub.amqpPort}`;
  const transport = overWebSockets ? AmqpWs : Amqp;
  const client = moduleId === undefined ? Client.fromConnectionString(text, transport) : ModuleClient.fromConnectionString(text, transport);
  await client.setOptions({ ca: hub.ca, ...(overWebSockets ? { amqp: { webSocketAgent: hub.agent() } } : {}) });
  client.setRetryPolicy(new azureIotCommon.NoRetry());
  return client;
}

/** A device over AMQP that shows a client certificate. */
export async function amqpClientWithCertificate(hub: TestHub, deviceId: string, certificate: { cert: string; key: string }): Promise<InstanceType<typeof Client>> {
  const client = Client.fromConnectionString(`HostName=localhost:${hub.hub.amqpPort};DeviceId=${deviceId};x509=true`, Amqp);
  await client.setOptions({ ca: hub.ca, ...certificate });
  client.setRetryPolicy(new azureIotCommon.NoRetry());
  return client;
}
