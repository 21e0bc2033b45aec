import { API_VERSION, device } from './device.js';
import { crdSchema, rulesOfText, type CrdSchema } from './crd-schema.js';
import { deploymentSpec, deploymentStatus } from './deployment.js';
import { deviceStatus } from './device-status.js';
import type { CelRule, Node, ObjectNode, TextNode } from './node.js';

interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  description: string;
  priority?: number;
}

interface Resource {
  kind: string;
  plural: string;
  shortNames: readonly string[];
  description: string;
  spec: Node;
  status: Node;
  /** Rules of the whole object, which can read `metadata.name`. */
  rules: readonly CelRule[];
  columns: readonly Column[];
}

const [group, version] = API_VERSION.split('/') as [string, string];
const condition = (type: string, field: string): string => `.status.conditions[?(@.type=="${type}")].${field}`;
const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When it was created' };

function definition({ kind, plural, shortNames, description, spec, status, rules, columns }: Resource): CrdSchema {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames, categories: ['edge'] },
      scope: 'Namespaced',
      versions: [{
        name: version, served: true, storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: columns,
        schema: {
          openAPIV3Schema: {
            description, type: 'object', required: ['spec'],
            properties: {
              apiVersion: { type: 'string', description: `Version of this schema: ${API_VERSION}.` },
              kind: { type: 'string', description: `Kind: ${kind}.` },
              metadata: { type: 'object' },
              spec: crdSchema(spec),
              status: crdSchema(status, { change: 'at-once', rules: false }),
            },
            ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules }),
          },
        },
      }],
    },
  };
}

/** The definition of EdgeDevices for the API server. */
function edgeDeviceDefinition(): CrdSchema {
  const { metadata, spec } = device.fields as { metadata: ObjectNode; spec: ObjectNode };
  return definition({
    kind: 'EdgeDevice', plural: 'edgedevices', shortNames: ['ed', 'edgedev'],
    description: 'An Azure IoT Edge device as a KubeVirt virtual machine. The operator of edge-vm makes it and keeps it as it is written here. Every secret is in a Secret of the namespace.',
    spec, status: deviceStatus,
    rules: [...rulesOfText(metadata.fields['name'] as TextNode, 'self.metadata.name', 'metadata.name'), ...(device.cel ?? [])],
    columns: [
      { name: 'Ready', type: 'string', jsonPath: condition('Ready', 'status'), description: 'Whether the device has reached its stage and nothing is wrong' },
      { name: 'Stage', type: 'string', jsonPath: '.status.stage', description: 'The highest readiness stage that the device has reached' },
      { name: 'Code', type: 'string', jsonPath: '.status.summary.code', description: 'Code of the last deployment with its word' },
      { name: 'Modules', type: 'string', jsonPath: '.status.summary.modules', description: 'Running modules of all' },
      { name: 'Version', type: 'string', jsonPath: '.status.versions.runtime', description: 'Package version of aziot-edge' },
      age,
      { name: 'Device', type: 'string', jsonPath: '.status.device.id', description: 'Device id in the hub', priority: 1 },
      { name: 'Node', type: 'string', jsonPath: '.status.vm.node', description: 'Node on which the VM runs', priority: 1 },
      { name: 'IP', type: 'string', jsonPath: '.status.vm.ip', description: 'Address of the VM in the pod network', priority: 1 },
      { name: 'Cause', type: 'string', jsonPath: '.status.cause.code', description: 'Code of the reason for which the device is not ready', priority: 1 },
      { name: 'Message', type: 'string', jsonPath: condition('Ready', 'message'), description: 'Why the device is ready, or is not', priority: 1 },
    ],
  });
}

/** The definition of EdgeDeployments for the API server. */
function edgeDeploymentDefinition(): CrdSchema {
  return definition({
    kind: 'EdgeDeployment', plural: 'edgedeployments', shortNames: ['edep'],
    description: 'What EdgeDevices run: a manifest that the operator of edge-vm brings to them, or a view of what the hub decides.',
    spec: deploymentSpec, status: deploymentStatus, rules: [],
    columns: [
      { name: 'Ready', type: 'string', jsonPath: condition('Ready', 'status'), description: 'Whether all devices report the deployment without a failure' },
      { name: 'Devices', type: 'string', jsonPath: '.status.summary', description: 'Devices that report it, of all' },
      { name: 'Failing', type: 'integer', jsonPath: '.status.counts.failing', description: 'Devices that report a failure' },
      age,
      { name: 'Apply', type: 'string', jsonPath: '.spec.apply', description: 'How the manifest gets to the devices', priority: 1 },
      { name: 'Source', type: 'string', jsonPath: '.spec.source', description: 'Hub, if the hub decides', priority: 1 },
      { name: 'Target', type: 'string', jsonPath: '.spec.targetCondition', description: 'Which devices of the hub, with Automatic', priority: 1 },
      { name: 'Message', type: 'string', jsonPath: condition('Ready', 'message'), description: 'Why the deployment is ready, or is not', priority: 1 },
    ],
  });
}

/** The file of each definition in `charts/edge-vm/crds/`. */
export const definitions: Readonly<Record<string, () => CrdSchema>> = { 'edgedevices.yaml': edgeDeviceDefinition, 'edgedeployments.yaml': edgeDeploymentDefinition };
