import { SecretValue } from '../../src/identity/secret.js';
import type { CheckCredential } from '../../src/hub/types.js';
import type { CreateRequest, DeleteRequest } from '../../src/provision/types.js';
import type { ProvisionContext, ProvisionEvent } from '../../src/readiness/types.js';
import { withDefaults } from '../../src/spec/defaults.js';
import type { EdgeDeviceInput } from '../../src/spec/types.js';
import { FakeCluster } from './fake-cluster/index.js';
import { playKubeVirt, type KubeVirtOptions } from './fake-cluster/kubevirt.js';
import { FakeHub } from './fake-hub.js';
import { ManualClock } from './manual-clock.js';

/** A key that must be in the Secret and nowhere else. */
export const CANARY = Buffer.from('canary-canary-canary-canary-1234').toString('base64');

export interface Scenario {
  clock: ManualClock;
  cluster: FakeCluster;
  hub: FakeHub;
  events: ProvisionEvent[];
  context: ProvisionContext;
}

/** A cluster with a simulated KubeVirt, a hub, and a context with both. */
export function scenario(options: { hub?: boolean; kubevirt?: KubeVirtOptions | false; check?: CheckCredential } = {}): Scenario {
  const clock = new ManualClock();
  const cluster = new FakeCluster(clock);
  // Most people may not read nodes.
  cluster.forbidden.add('list nodes');
  const hub = new FakeHub();
  const events: ProvisionEvent[] = [];
  if (options.kubevirt !== false) playKubeVirt(cluster, options.kubevirt);
  const context: ProvisionContext = {
    cluster, clock, onEvent: (event) => void events.push(event),
    ...(options.hub === false ? {} : { hub }),
    ...(options.check === undefined ? {} : { checkCredential: options.check }),
  };
  return { clock, cluster, hub, events, context };
}

/** A device with a login, so that there is no warning about that. */
export function device(input: EdgeDeviceInput = {}): CreateRequest['device'] {
  const guest = { sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK6nC+9F/+piOGBnj399Nitjd708FlWfgxBy7mC1O7ZU me@here'], ...input.spec?.guest };
  return withDefaults({ ...input, metadata: { name: 'gw-01', ...input.metadata }, spec: { identity: { register: { deviceId: 'gw-01' } }, ...input.spec, guest } });
}

export function createRequest(change: Partial<CreateRequest> = {}): CreateRequest {
  return {
    device: device(), identity: { kind: 'register', deviceId: 'gw-01' }, secrets: {}, dryRun: 'none',
    wait: false, waitFor: 'connected', timeoutMs: 600_000,
    skipCredentialCheck: false, takeOwnership: false, start: false, namespacePerDevice: false,
    ...change,
  };
}

/** The request of a person who has the device's connection string. */
export function givenIdentity(deviceId = 'gw-01', hostname = 'hub.example.net'): CreateRequest['identity'] {
  return { kind: 'given', identity: { kind: 'symmetric-key', hubHostname: hostname, deviceId, key: new SecretValue(CANARY) } };
}

export function deleteRequest(change: Partial<DeleteRequest> = {}): DeleteRequest {
  return { name: 'gw-01', namespace: 'edge', keepDisk: false, deregister: false, wait: true, timeoutMs: 600_000, dryRun: 'none', ...change };
}

/** The text, and also it and its parts after one or more base64 decodings. */
export function decodings(text: string, depth = 3): string[] {
  const parts = depth === 0 ? [] : [...text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].map(([part]) => Buffer.from(part, 'base64').toString('utf8'));
  return [text, ...parts.flatMap((part) => decodings(part, depth - 1))];
}
