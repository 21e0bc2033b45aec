import { EDGE_VM, OPERATOR } from './manifest.js';
import type { OperatorPaths } from './paths.js';
import type { OperatorRecord } from './record.js';
import type { ProcessSpec } from '../control-plane/processes.js';
import type { HubConfig } from '../layout.js';

/** Name of the process in `lab status`, and of its log. */
export const OPERATOR_PROCESS = 'edge-vm-operator';

/** The operator as the lab runs it: with the rights of its ServiceAccount, and not those of the admin. */
export function operatorProcess(files: OperatorPaths, record: OperatorRecord, hub: HubConfig): ProcessSpec {
  const address = (url: string): string => new URL(url).host;
  return {
    name: OPERATOR_PROCESS,
    argv: [
      // The heap that Node.js chooses in a pod with the chart's memory limit, 512Mi; and the chart's own option.
      process.execPath, '--max-old-space-size=256', '--max-semi-space-size=4', EDGE_VM, 'operator', `--lease-namespace=${OPERATOR.namespace}`, `--lease-name=${OPERATOR.lease}`,
      `--metrics-address=${address(record.metrics)}`, `--health-address=${address(record.health)}`,
      // Devices of the lab are ready in seconds.
      `--hub-connection-string-file=${files.hubCredential}`, '--twin-interval=10s',
    ],
    env: {
      KUBECONFIG: files.kubeconfig, EDGE_VM_HUB_ENDPOINT: `https://${hub.https.host}:${hub.https.port}`, EDGE_VM_HUB_CA: hub.tls.ca,
      POD_NAMESPACE: OPERATOR.namespace, POD_NAME: 'lab',
    },
  };
}
