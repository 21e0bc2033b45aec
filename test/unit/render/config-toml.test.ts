import assert from 'node:assert/strict';
import { parse } from 'smol-toml';
import { InvalidInputError } from '../../../src/support/index.js';
import { SecretValue } from '../../../src/identity/secret.js';
import type { RenderInputs } from '../../../src/identity/types.js';
import { configToml } from '../../../src/render/config-toml/index.js';
import { CANARY_KEY, CERTIFICATE, EDGE_CA, exampleDevice, exampleInputs } from './helpers/device.js';

/** The parser's tables have no prototype, which deepEqual minds. */
function plain(toml: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(toml)) as Record<string, unknown>;
}

type Parts = Parameters<typeof exampleDevice>[0];
const render = (parts?: Parts, inputs?: Partial<RenderInputs>): Record<string, unknown> => plain(parse(configToml(exampleDevice(parts), exampleInputs(inputs)).reveal()));
const password = { env: 'REGISTRY_PASSWORD' };

function fieldsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof InvalidInputError);
    return error.problems.map((problem) => problem.field);
  }
  return [];
}

describe('configToml', () => {
  it('writes what the daemons need and no more', () => {
    assert.deepEqual(render(), {
      hostname: 'gw-01',
      provisioning: {
        source: 'manual',
        iothub_hostname: 'contoso.azure-devices.net',
        device_id: 'gw-01',
        authentication: { method: 'sas', device_id_pk: { value: CANARY_KEY } },
      },
      image_garbage_collection: { enabled: true, cleanup_recurrence: '1d', image_age_cleanup_threshold: '7d', cleanup_time: '00:00' },
    });
  });

  it('keeps every character of a device id', () => {
    const deviceId = "aZ9-:.+%_#*?!(),=@;$'";
    const identity = { ...exampleInputs().identity, deviceId };
    assert.equal((render({}, { identity })['provisioning'] as { device_id: string }).device_id, deviceId);
  });

  const cases: { name: string; parts: Parts; inputs?: Partial<RenderInputs>; has: Record<string, unknown> }[] = [
    { name: 'a host name of its own', parts: { edge: { hostname: 'Gateway.site' } }, has: { hostname: 'Gateway.site' } },
    { name: 'a parent', parts: { edge: { parentHostname: 'parent' } }, has: { parent_hostname: 'parent' } },
    {
      name: 'an agent that comes through its parent, with options of its container',
      parts: { edge: { parentHostname: 'parent', agentImage: '$upstream:443/azureiotedge-agent:1.6', agentPullPolicy: 'never', agentCreateOptions: { HostConfig: { Binds: ['/a:/b'], PortBindings: { '5671/tcp': [{ HostPort: '5671' }] } }, Env: ['A=b'] } } },
      has: { agent: { name: 'edgeAgent', type: 'docker', imagePullPolicy: 'never', config: { image: '$upstream:443/azureiotedge-agent:1.6', createOptions: { HostConfig: { Binds: ['/a:/b'], PortBindings: { '5671/tcp': [{ HostPort: '5671' }] } }, Env: ['A=b'] } } } },
    },
    { name: 'a trust bundle', parts: { edge: { trustBundle: CERTIFICATE } }, has: { trust_bundle_cert: 'file:///var/aziot/certs/trust-bundle.pem' } },
    { name: 'the reprovisioning mode', parts: { edge: { autoReprovisioningMode: 'OnErrorOnly' } }, has: { auto_reprovisioning_mode: 'OnErrorOnly' } },
    {
      name: 'an edge CA',
      parts: { edge: { edgeCa: { certificate: EDGE_CA.certificate, key: { file: 'key' } } } },
      inputs: { edgeCaKey: new SecretValue(EDGE_CA.key) },
      has: { edge_ca: { cert: 'file:///var/aziot/certs/edge-ca.pem', pk: 'file:///var/aziot/secrets/edge-ca.key.pem' } },
    },
    {
      name: 'image clean-up with all four keys',
      parts: { edge: { imageGarbageCollection: { enabled: false, cleanupRecurrence: '2d' } } },
      has: { image_garbage_collection: { enabled: false, cleanup_recurrence: '2d', image_age_cleanup_threshold: '7d', cleanup_time: '00:00' } },
    },
    {
      name: 'an agent image with its registry',
      parts: { edge: { agentImage: 'r.example/agent:1', registry: { server: 'r.example', username: 'u', password } } },
      inputs: { registryPassword: new SecretValue('p"\\') },
      has: { agent: { name: 'edgeAgent', type: 'docker', config: { image: 'r.example/agent:1', auth: { serveraddress: 'r.example', username: 'u', password: 'p"\\' } } } },
    },
    {
      name: 'a proxy for HTTP only, which the daemons get for HTTPS too',
      parts: { guest: { proxy: { http: 'http://proxy:3128' } } },
      has: {
        agent: {
          name: 'edgeAgent',
          type: 'docker',
          config: { image: 'mcr.microsoft.com/azureiotedge-agent:1.6' },
          env: { http_proxy: 'http://proxy:3128', https_proxy: 'http://proxy:3128', UpstreamProtocol: 'AmqpWs' },
        },
      },
    },
    {
      name: 'environment of the agent, which wins over what follows from a proxy',
      parts: { guest: { proxy: { https: 'http://proxy:3128' } }, edge: { agentEnv: { UpstreamProtocol: 'MqttWs', RuntimeLogLevel: 'debug' } } },
      has: {
        agent: {
          name: 'edgeAgent',
          type: 'docker',
          config: { image: 'mcr.microsoft.com/azureiotedge-agent:1.6' },
          env: { https_proxy: 'http://proxy:3128', UpstreamProtocol: 'MqttWs', RuntimeLogLevel: 'debug' },
        },
      },
    },
    {
      name: 'a proxy, with the image that the daemon would take',
      parts: { guest: { proxy: { https: 'http://proxy:3128', noProxy: 'a,b' } }, edge: { version: '1:1.6.0-1', identityServiceVersion: '1.6.0-1' } },
      has: {
        agent: {
          name: 'edgeAgent',
          type: 'docker',
          config: { image: 'mcr.microsoft.com/azureiotedge-agent:1.6' },
          env: { https_proxy: 'http://proxy:3128', UpstreamProtocol: 'AmqpWs', no_proxy: 'a,b' },
        },
      },
    },
  ];
  for (const { name, parts, inputs, has } of cases) {
    it(`writes ${name}`, () => {
      const toml = render(parts, inputs);
      for (const [key, value] of Object.entries(has)) assert.deepEqual(toml[key], value);
    });
  }

  it('takes the parent from the connection string unless the spec names one', () => {
    const identity = { ...exampleInputs().identity, gatewayHostname: 'from-string' };
    assert.equal(render({}, { identity })['parent_hostname'], 'from-string');
    assert.equal(render({ edge: { parentHostname: 'from-spec' } }, { identity })['parent_hostname'], 'from-spec');
  });

  it('names the secret that is missing', () => {
    assert.deepEqual(fieldsOf(() => render({ edge: { registry: { server: 'r.example', username: 'u', password } } })), ['spec.edge.registry.password']);
  });

  it('refuses an X.509 identity for now', () => {
    const identity = { kind: 'x509', hubHostname: 'h', deviceId: 'd' } as const;
    assert.deepEqual(fieldsOf(() => render({}, { identity })), ['spec.identity']);
  });
});
