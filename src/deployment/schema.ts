import { objectName } from '../spec/schema/formats.js';
import { choice, documentOf, integer, object, text, type ObjectNode } from '../spec/schema/node.js';

/**
 * The fields of a deployment manifest as edgeAgent and edgeHub read them (Edge.Agent.Docker, Edge.Hub.Core/config), which agree
 * with https://json.schemastore.org/azure-iot-edge-deployment-2.0.json but for newer fields.
 */

const type = choice({ help: 'Type', values: ['docker'], required: true });
const own = {
  env: documentOf({ help: 'Environment variables', secret: true }),
  imagePullPolicy: choice({ help: 'When the image is pulled', values: ['on-create', 'never'] }),
  settings: documentOf({ help: 'Image and options', required: true, secret: true }),
  version: text({ help: 'Version, for people', expect: 'must be text' }),
  configuration: documentOf({ help: 'Written by the hub' }),
};
const started = {
  restartPolicy: choice({ help: 'When it is started again', values: ['always', 'on-failure', 'on-unhealthy', 'never'] }),
  startupOrder: integer({ help: 'Lower numbers start first', least: 0, most: 4_294_967_295 }),
};
const status = choice({ help: 'Wanted state', values: ['running', 'stopped'], required: true });

/** `systemModules.edgeAgent`: it always runs. */
export const agentModule: ObjectNode = object({ help: 'edgeAgent', fields: { type, ...own } });
/** Each other module. */
export const otherModule: ObjectNode = object({ help: 'A module', fields: { type, status, ...started, ...own } });

const agentVersion = /^1\.(?:0(?:\.\d+)?|1(?:\.0)?)(?:\.0)?$/;
const hubVersion = /^1\.[0-3](?:\.\d+){0,2}$/;

/** `$edgeAgent`'s desired properties. Their version is compared as in `ValidateSchemaVersion` (Edge.Agent.IoTHub/EdgeAgentConnection.cs). */
export const agentDesired: ObjectNode = object({
  help: '$edgeAgent',
  fields: {
    schemaVersion: text({ help: 'Version of the schema', expect: 'must be "1.0" or "1.1"', required: true, test: (value) => agentVersion.test(value) }),
    runtime: object({
      help: 'The engine', required: true,
      fields: {
        type,
        settings: object({
          help: 'Settings of the engine',
          fields: {
            minDockerVersion: text({ help: 'Least version of Docker', expect: 'must be text such as v1.25' }),
            loggingOptions: text({ help: 'Options of the log', expect: 'must be the JSON text of a mapping', lines: true }),
            registryCredentials: documentOf({ help: 'Logins of registries', secret: true }),
          },
        }),
      },
    }),
    systemModules: object({
      help: 'edgeAgent and edgeHub', required: true,
      fields: { edgeAgent: documentOf({ help: 'edgeAgent', required: true, secret: true }), edgeHub: documentOf({ help: 'edgeHub', required: true, secret: true }) },
    }),
    modules: documentOf({ help: 'The other modules', secret: true }),
    integrity: documentOf({ help: 'Signature of the manifest', secret: true }),
  },
});

/** `$edgeHub`'s desired properties. */
export const hubDesired: ObjectNode = object({
  help: '$edgeHub',
  fields: {
    schemaVersion: text({ help: 'Version of the schema', expect: 'must be "1.0", "1.1", "1.2" or "1.3"', required: true, test: (value) => hubVersion.test(value) }),
    routes: documentOf({ help: 'Routes by name', required: true }),
    storeAndForwardConfiguration: object({
      help: 'How long messages are kept', required: true,
      fields: {
        timeToLiveSecs: integer({ help: 'Seconds; negative: without limit', least: -2_147_483_648, most: 2_147_483_647, required: true }),
        storeLimits: object({ help: 'Limits of the store', fields: { maxSizeBytes: integer({ help: 'Bytes', least: 0, most: Number.MAX_SAFE_INTEGER, required: true }) } }),
      },
    }),
    mqttBroker: documentOf({ help: 'The MQTT broker' }),
    integrity: documentOf({ help: 'Signature of the manifest', secret: true }),
  },
});

/** A route with its settings (`RouteSpec.cs`). */
export const routeObject: ObjectNode = object({
  help: 'A route',
  fields: {
    route: text({ help: 'The route', expect: 'must be a route such as FROM /messages/* INTO $upstream', required: true, lines: true }),
    priority: integer({ help: '0 is the highest', least: 0, most: 9 }),
    timeToLiveSecs: integer({ help: 'Seconds; 0: the time of storeAndForwardConfiguration', least: 0, most: 4_294_967_295 }),
  },
});

/** Registry credentials (`RegistryCredentials.cs`), and the place of the password in the cluster, which is edge-vm's own. */
export const registryCredential: ObjectNode = object({
  help: 'Login of a registry', exactlyOne: ['password', 'passwordSecretRef'],
  fields: {
    address: text({ help: 'Host of the registry', expect: 'must be the host of the registry, such as contoso.azurecr.io', required: true, pattern: '^[^\\s]+$' }),
    username: text({ help: 'User', expect: 'must be text that is not empty', required: true, pattern: '\\S' }),
    password: text({ help: 'Password', secret: true, expect: 'must be text that is not empty', pattern: '\\S' }),
    passwordSecretRef: object({
      help: 'A Secret in the namespace of the EdgeDeployment',
      fields: {
        name: text({ help: 'Name of the Secret', ...objectName, required: true }),
        key: text({ help: 'Key in the Secret', expect: 'must be a key of a Secret: letters, digits, "-", "_", "."', pattern: '^[-._A-Za-z0-9]{1,253}$' }),
      },
    }),
  },
});
