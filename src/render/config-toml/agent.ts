import { UPSTREAM } from '../../spec/schema/formats.js';
import type { EdgeDevice } from '../../spec/types.js';
import { InvalidInputError } from '../../support/errors.js';
import type { RenderInputs } from '../../identity/types.js';
import { mergeSorted, sortedDocument } from '../sorted-maps.js';
import type { TomlTable } from './toml.js';

/**
 * `[agent]`, the bootstrap edgeAgent; absent if it does not differ from the daemon's default. If it is present, the
 * daemon needs name, type and image in it.
 */
export function agent(device: EdgeDevice, inputs: RenderInputs): TomlTable {
  const { agentImage, agentCreateOptions, agentPullPolicy, agentEnv, registry, version } = device.spec.edge;
  // The person's values win over those for the proxy.
  const env = mergeSorted(proxyEnv(device), agentEnv);
  if ([agentImage, agentCreateOptions, agentPullPolicy, registry, env].every((one) => one === undefined)) return {};
  checkUpstream(device, inputs);
  return {
    agent: {
      name: 'edgeAgent',
      type: 'docker',
      ...(agentPullPolicy === undefined ? {} : { imagePullPolicy: agentPullPolicy }),
      config: {
        image: agentImage ?? defaultAgentImage(version),
        // The validation ensures plain data without null.
        ...(agentCreateOptions === undefined ? {} : { createOptions: sortedDocument(agentCreateOptions) as TomlTable }),
        ...registryAuth(device, inputs),
      },
      ...(env === undefined ? {} : { env }),
    },
  };
}

/** The default image of the daemon of that package version (`[epoch:]1.6.0-1`): the tag of its release line. */
function defaultAgentImage(version: string): string {
  return `mcr.microsoft.com/azureiotedge-agent:${version.replace(/^\d+:/, '').split('.').slice(0, 2).join('.')}`;
}

/** Only a parent's host name can replace `$upstream`. */
function checkUpstream(device: EdgeDevice, inputs: RenderInputs): void {
  const { agentImage, parentHostname } = device.spec.edge;
  if (agentImage === undefined || !UPSTREAM.test(agentImage) || (parentHostname ?? inputs.identity.gatewayHostname) !== undefined) return;
  throw new InvalidInputError([{ kind: 'conflict', field: 'spec.edge.agentImage', message: 'needs spec.edge.parentHostname: $upstream means the parent of a nested device' }]);
}

function registryAuth(device: EdgeDevice, inputs: RenderInputs): TomlTable {
  const { registry } = device.spec.edge;
  if (registry === undefined) return {};
  if (inputs.registryPassword === undefined) throw new InvalidInputError([{ kind: 'missing', field: 'spec.edge.registry.password', message: 'is missing' }]);
  return { auth: { serveraddress: registry.server, username: registry.username, password: inputs.registryPassword.reveal() } };
}

/**
 * One of the four places of a proxy; the other three are in the guest's files. Behind a proxy the agent must speak
 * through web sockets (https://learn.microsoft.com/azure/iot-edge/how-to-configure-proxy-support).
 */
function proxyEnv(device: EdgeDevice): Record<string, string> | undefined {
  const { http, noProxy } = device.spec.guest.proxy ?? {};
  // As for the daemons: hub and registries use HTTPS only, so a single proxy is for HTTPS too.
  const https = device.spec.guest.proxy?.https ?? http;
  if (https === undefined) return undefined;
  return {
    ...(http === undefined ? {} : { http_proxy: http }),
    https_proxy: https,
    UpstreamProtocol: 'AmqpWs',
    ...(noProxy === undefined ? {} : { no_proxy: noProxy }),
  };
}
