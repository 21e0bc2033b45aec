import type { EdgeDevice } from '../../spec/types.js';
import type { KubeManifest } from '../types.js';
import { mergeSorted } from '../sorted-maps.js';
import { deviceLabels, ownLabels } from './metadata.js';

/** Protocols of an IoT Edge gateway; the port's name in the Service. */
const portNames: Readonly<Record<number, string>> = { 8883: 'mqtts', 5671: 'amqps', 443: 'https' };

/**
 * The Service for downstream devices; `undefined` if the device is no gateway. It selects the launcher pod by the
 * labels that KubeVirt copies from the machine, and sends traffic to it only while it is Ready. With our probe, Ready
 * means that the edge runtime runs.
 */
export function gatewayService(device: EdgeDevice): KubeManifest | undefined {
  const { gateway } = device.spec;
  if (gateway === undefined) return undefined;
  const { name, namespace, annotations } = device.metadata;
  const merged = mergeSorted(annotations, gateway.annotations);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: deviceLabels(device),
      ...(merged === undefined ? {} : { annotations: merged }),
    },
    spec: {
      type: gateway.type,
      selector: ownLabels(name),
      ports: [...new Set(gateway.ports)].map((port) => ({ name: portNames[port] ?? `port-${port}`, port, protocol: 'TCP', targetPort: port })),
    },
  };
}
