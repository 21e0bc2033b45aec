import { choice, integer, list, object, text, type Node, type ObjectNode } from './node.js';

/** A text of a status. */
export const said = (help: string, more: { detail?: string; maxLength?: number } = {}) => text({ help, expect: 'must be text', ...more });
/** A number of a status. */
export const counted = (help: string) => integer({ help, least: 0, most: Number.MAX_SAFE_INTEGER });

/** `status.conditions` of every resource of edge-vm: metav1.Condition. */
export const conditions = list({
  help: 'Conditions, as in the API conventions of Kubernetes', key: 'type',
  of: object({
    help: 'One condition',
    fields: {
      type: text({ help: 'Type of the condition', expect: 'must be text', required: true }),
      status: choice({ help: 'Whether it holds', values: ['True', 'False', 'Unknown'], required: true }),
      observedGeneration: counted('The metadata.generation for which the condition was set'),
      lastTransitionTime: text({ help: 'When the status of the condition changed', expect: 'must be a time', format: 'date-time', required: true }),
      reason: text({ help: 'Why, in one CamelCase word', expect: 'must be text', required: true }),
      message: text({ help: 'Why, for people; may be empty', expect: 'must be text', required: true }),
    },
  }),
});

/** What one module reports, for a device and for a deployment. */
export const modules: Node = list({
  help: 'The modules that the device reports, those of the runtime included',
  of: object({
    help: 'One module',
    fields: {
      name: text({ help: 'Name of the module', expect: 'must be text', required: true }),
      status: said('What edgeAgent says of it: running, backoff, failed, …'),
      restarts: counted('How often edgeAgent started it again'),
      exitCode: integer({ help: 'Exit code of its last end', least: -(2 ** 31), most: 2 ** 32 }),
      image: said('Its image'),
    },
  }),
});

/** `status` of an EdgeDevice, which the operator writes. */
export const deviceStatus: ObjectNode = object({
  help: 'The state of the device; the operator writes it',
  fields: {
    observedGeneration: counted('The metadata.generation that the operator saw last'),
    stage: said('The highest readiness stage that the device has reached'),
    summary: object({
      help: 'For the table of kubectl get',
      fields: { code: said('Code of the deployment with its word: 417 no deployment yet'), modules: said('Running modules of all: 2/3') },
    }),
    device: object({
      help: 'The device in the hub',
      fields: { hub: said('Host name of the hub', { maxLength: 253 }), id: said('Device id', { maxLength: 128 }) },
    }),
    registration: object({
      help: 'What the operator did in the hub',
      fields: {
        state: choice({ help: 'Registering: about to be made; Registered: made by the operator, which deletes it with the EdgeDevice; Adopted: it existed before, and stays', values: ['Registering', 'Registered', 'Adopted'] }),
        hub: said('Host name of the hub'), deviceId: said('Device id'), generationId: said('Generation id of the device in the hub: another one means another device of the same id'),
      },
    }),
    vm: object({
      help: 'The virtual machine',
      fields: { phase: said('Phase of its instance'), status: said('What KubeVirt says of it'), node: said('Node on which it runs'), ip: said('Address in the pod network') },
    }),
    edge: object({
      help: 'What the runtime reports',
      fields: {
        code: integer({ help: 'Code of the last deployment; 417: connected, no deployment yet', least: 0, most: 999 }),
        description: said('Description beside the code'), runtimeStatus: said('Status of edgeAgent'), connectionState: said('Connection state in the twin, which is not reliable'),
        evidence: said('How the operator knows that the device is connected: twin, ping or guest'), agentVersion: said('Version of edgeAgent'),
        desiredVersion: counted('Version of the deployment that the hub wants'), reportedVersion: counted('Version of the deployment that the device reports'),
        modules,
      },
    }),
    versions: object({ help: 'Versions', fields: { runtime: said('Package version of aziot-edge'), agent: said('Version of edgeAgent') } }),
    cause: object({
      help: 'Why the device is not ready',
      fields: { code: said('Code; docs/readiness.md lists all'), message: said('What is wrong'), hint: said('What to do about it') },
    }),
    retrying: object({
      help: 'The step in the guest that failed and that the guest itself tries again',
      fields: { step: said('Step'), attempt: counted('Number of attempts'), code: said('Code of the failure'), message: said('Message of the failure') },
    }),
    pending: object({
      help: 'Settings that are applied and not in effect yet',
      fields: { effect: said('restart or first-boot: what makes them take effect'), generation: counted('With first-boot: the number that causes it') },
    }),
    conditions,
  },
});
