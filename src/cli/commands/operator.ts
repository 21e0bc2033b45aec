import type { HubEndpoint } from '../../hub/types.js';
import { joined } from '../../support/abort.js';
import { ExitCode } from '../../support/causes.js';
import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import { connect } from '../context/connect.js';
import { followedHubs } from '../context/hub-files.js';
import { hubEndpoint } from '../context/hub-input.js';
import { duration } from '../flags/wait-flags.js';
import { addFlags, text, type FlagValues } from '../flags/group.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import type { DeclareCommand } from '../run/catalog.js';

const description = `Keep the devices of EdgeDevice resources as the resources describe them. It runs until
you end it, usually in a pod: the Helm chart charts/edge-vm installs it.

For each EdgeDevice it registers the device in the hub if the spec says so, applies
Secret, VirtualMachine and Service, puts back what somebody changes or deletes, and
writes the state of the device into the status. If you delete the resource, it
removes the device. Several replicas elect one that works; the others stand by.

For example, on your own machine, for one namespace:

  edge-vm operator --watch-namespace edge --no-leader-election`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description);
  addFlags(command, 'What to watch', [
    { flags: '--watch-namespace <name>', help: 'only this namespace; you can repeat the flag (default: all namespaces)', repeat: true },
    { flags: '--concurrency <n>', help: 'requests to the API server at the same time', default: '8' },
  ]);
  addFlags(command, 'IoT Hub', [
    { flags: '--hub-connection-string-file <file>', help: 'service connection string in a file; repeat the flag for other hubs; or in $EDGE_VM_HUB_CONNECTION_STRING', repeat: true },
    { flags: '--twin-interval <duration>', help: 'time between two queries of all twins; shorter while devices come up', default: '60s' },
  ]);
  addFlags(command, 'Leader election', [
    { flags: '--no-leader-election', help: 'work at once; only if no other replica runs' },
    { flags: '--lease-namespace <name>', help: 'namespace of the Lease (default: that of the pod, $POD_NAMESPACE)' },
    { flags: '--lease-name <name>', help: 'name of the Lease', default: 'edge-vm-operator' },
  ]);
  addFlags(command, 'Metrics, health and log', [
    { flags: '--metrics-address <host:port>', help: 'address of /metrics', default: '0.0.0.0:8080' },
    { flags: '--health-address <host:port>', help: 'address of /healthz and /readyz', default: '0.0.0.0:8081' },
    { flags: '--log-format <format>', help: 'text or json', default: 'text', choices: ['text', 'json'] },
  ]);
  addFlags(command, 'Cluster', [
    { flags: '--context <name>', help: 'context of the kubeconfig' },
    { flags: '--kubeconfig <file>', help: 'kubeconfig file; else $KUBECONFIG, ~/.kube/config, or the pod\'s own' },
  ]);
  setAction(command, session, run, { collects: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const { io } = session;
  const concurrency = positive(values, 'concurrency', 8, session.problems);
  const twinIntervalMs = duration(values, 'twinInterval', '60s', session.problems, 10_000);
  const addresses = { metrics: text(values, 'metricsAddress') ?? '0.0.0.0:8080', health: text(values, 'healthAddress') ?? '0.0.0.0:8081' };
  throwProblems(session);
  const operator = await session.deps.operator();
  const metrics = operator.parseAddress(addresses.metrics, '--metrics-address');
  const health = operator.parseAddress(addresses.health, '--health-address');
  const log = operator.createLog(text(values, 'logFormat') === 'json' ? 'json' : 'text', {
    write: (line) => void io.stdout.write(line), clean: (one) => session.redactor.cleanForeign(one), now: () => io.now(),
  });
  const endpoint: HubEndpoint = await hubEndpoint(session);
  const fence = operator.createFence();
  const followed = await followedHubs(session, values, endpoint, fence.check);
  const { hubs } = followed;
  const cluster = await connect(session, values, { fieldManager: 'edge-vm-operator', concurrency, beforeSend: fence.check });
  const leaseCluster = await connect(session, values, { fieldManager: 'edge-vm-operator' });
  const { checkCredential } = await session.deps.hub();
  const namespaces = values['watchNamespace'];
  const otherHub = new AbortController();
  const { signal, release } = joined(io.signal, otherHub.signal);
  let renewed: () => void = () => undefined;
  const follow = async (): Promise<void> => {
    const why = await followed.follow(log, { signal, onRenewed: () => renewed() });
    if (why === undefined) return;
    log.warn('ends to start again: a credential is for another hub', { why });
    otherHub.abort();
  };
  try {
    await cluster.signIn({ signal: io.signal });
    void follow();
    const ending = await operator.runOperator({
      cluster, leaseCluster, fence, hubs, checkCredential, hubEndpoint: endpoint, log, metrics, health, concurrency, twinIntervalMs,
      clock: { now: () => io.now(), sleep: (ms, until) => io.sleep(ms, until) }, signal,
      onHubRenewed: (listener) => {
        renewed = listener;
      },
      ...(Array.isArray(namespaces) ? { namespaces } : {}),
      ...(values['leaderElection'] === false ? {} : { lease: leaseOf(values, io.env, cluster.namespace) }),
    });
    if (otherHub.signal.aborted) return ExitCode.unexpected;
    if (ending === 'stopped') return ExitCode.ok;
    log.error('lost the Lease: another replica works now, and this one ends to start again clean');
    return ExitCode.unexpected;
  } finally {
    otherHub.abort();
    release();
    cluster.close();
    leaseCluster.close();
    for (const hub of hubs) hub.close();
  }
}

/** Every replica has another identity; a pod's name is one. */
function leaseOf(values: FlagValues, env: Readonly<Record<string, string | undefined>>, current: string): { namespace: string; name: string; identity: string | undefined } {
  return {
    namespace: text(values, 'leaseNamespace') ?? env['POD_NAMESPACE'] ?? current,
    name: text(values, 'leaseName') ?? 'edge-vm-operator',
    identity: env['POD_NAME'],
  };
}

function positive(values: FlagValues, name: string, standard: number, problems: Problem[]): number {
  const given = text(values, name);
  if (given === undefined) return standard;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1 || value > 1000) problems.push({ kind: 'invalid', field: `--${name}`, message: 'must be a whole number from 1 to 1000', ...gotOf(given) });
  return value;
}
