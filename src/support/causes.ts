import { set, use, type Advice } from './advice.js';

/** Exit codes of the command line; part of its contract. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  preflight: 3,
  timeout: 4,
  failure: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each exit code means. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof ExitCode, string>> = {
  ok: 'done',
  unexpected: 'unexpected error',
  usage: 'wrong usage or invalid input; edge-vm lists all problems and creates nothing',
  preflight: 'preflight: no cluster, no KubeVirt, forbidden, refused by admission',
  timeout: 'the time is up; the message has the last state',
  failure: 'terminal failure: the device cannot become ready; the message has the cause',
  interrupted: 'interrupted; the objects are consistent, run the command again',
};

interface CauseFacts {
  /** What the command line ends with. */
  exit: keyof typeof ExitCode;
  /** When edge-vm reports it. */
  when: string;
  /** What a person can do about it, if anything. */
  remedy: string;
  /** The part of it that edge-vm itself can do. */
  advice?: readonly Advice[];
}

const NAME = 'NAME';

/**
 * Every cause that edge-vm reports. `cause.code` in JSON output has the word, and scripts may compare it: add words, never
 * rename one. The type `CauseCode`, the exit codes and the table in docs/readiness.md come from here.
 */
export const CAUSES = {
  usage: { exit: 'usage', when: 'the command cannot do this: what was given does not fit together, the hub credential is missing, or nobody can answer its question', remedy: 'do what the message says, or read the help of the command' },
  'invalid-input': { exit: 'usage', when: 'fields or flags are missing, wrong or unknown; the message lists every problem', remedy: 'correct them' },
  'no-cluster': { exit: 'preflight', when: 'no kubeconfig, no such context, the API server does not answer, or a proxy or firewall answers in its place', remedy: 'check the context, VPN, proxies, `KUBECONFIG`', advice: use('context') },
  'cluster-unauthorized': { exit: 'preflight', when: 'the API server does not accept the credentials, or a credential plugin failed', remedy: 'log in again' },
  forbidden: { exit: 'preflight', when: 'a right is missing; the message names verb and resource', remedy: 'bind the Role of docs/rbac.md' },
  'no-kubevirt': { exit: 'preflight', when: 'the cluster does not serve `kubevirt.io/v1`', remedy: 'install KubeVirt, or choose another context', advice: use('context') },
  'no-cdi': { exit: 'preflight', when: 'the cluster does not serve `cdi.kubevirt.io/v1beta1`', remedy: 'install CDI' },
  'admission-refused': { exit: 'preflight', when: 'a webhook, policy or quota refuses an object, in its own words', remedy: 'do what it says' },
  'field-conflict': { exit: 'preflight', when: 'another field manager owns a field; the message names both', remedy: 'leave the field as it is, or take it over', advice: use('takeOwnership') },
  conflict: { exit: 'preflight', when: 'somebody else changed or made the object at the same time', remedy: 'run the command again' },
  'not-owned': { exit: 'preflight', when: 'edge-vm did not make the object of that name, or it belongs to another device', remedy: 'use another name or namespace' },
  'owned-by-edgedevice': { exit: 'usage', when: 'an EdgeDevice in the cluster keeps the device: the operator would undo the change', remedy: 'change or delete the EdgeDevice with `kubectl`, or in its repository' },
  'not-found': { exit: 'preflight', when: 'no such device, Secret, storage class or lab', remedy: 'list the devices', advice: [{ do: 'list' }] },
  'missing-prerequisite': { exit: 'preflight', when: 'a program or package is missing (Go, `@azure/identity`, the lab)', remedy: 'install it' },
  'hub-unreachable': { exit: 'preflight', when: 'the hub does not answer, or the answer is not from an IoT Hub', remedy: 'check name, DNS, endpoint, proxies', advice: use('hubEndpoint') },
  'hub-forbidden': { exit: 'preflight', when: 'the service credential is wrong, or it lacks a right that the message names', remedy: 'use a policy with that right' },
  'hub-throttled': { exit: 'preflight', when: 'the hub throttles (429), or a limit of it is reached', remedy: 'wait, use fewer clients, or add units to the hub' },
  'timed-out': { exit: 'timeout', when: 'the time is up; the message has the last state, and the name of a lost node', remedy: 'the device continues by itself: wait again, or delete again', advice: [{ do: 'wait', name: NAME, waitFor: 'connected' }, { do: 'delete', name: NAME }] },
  unauthorized: { exit: 'failure', when: 'the hub refuses the device’s key, or the device does not use symmetric keys', remedy: 'copy the connection string again; if the disk is already set up, also raise the generation', advice: set('spec.firstBootGeneration') },
  'device-not-found': { exit: 'failure', when: 'the hub has no such device', remedy: 'check hub and device id, or register it', advice: use('register') },
  'device-disabled': { exit: 'failure', when: 'the device is disabled in the hub', remedy: 'enable it' },
  'not-edge-enabled': { exit: 'failure', when: 'the device is not edge-enabled in the hub', remedy: 'enable it there; the hint has the command' },
  'hub-untrusted': {
    exit: 'failure', when: 'the guest does not trust the certificate at the hub’s address: a proxy that opens TLS connections, a parent device, or a wrong clock',
    remedy: 'add the certificate of the authority, and raise the generation', advice: set('spec.guest.caCertificates', 'spec.firstBootGeneration'),
  },
  'proxy-refused': {
    exit: 'failure', when: 'the guest’s proxy wants another login, or does not allow connections to the hub',
    remedy: 'correct the proxy, and raise the generation', advice: set('spec.guest.proxy.https', 'spec.firstBootGeneration'),
  },
  'identity-in-use': { exit: 'failure', when: 'another machine, or another VM of the cluster, has this identity (of the namespace only, if you may not list the VMs of all)', remedy: 'stop the other one, or use another device id' },
  unschedulable: {
    exit: 'failure', when: 'no node takes the VM, in the scheduler’s words', remedy: 'ask for less, use nodes with KVM, or other nodes',
    advice: set('spec.vm.cpus', 'spec.vm.memory', 'spec.vm.nodeSelector', 'spec.vm.tolerations'),
  },
  'node-unreachable': { exit: 'failure', when: 'the VM’s node does not answer or is not ready; only `status` ends with this cause', remedy: 'wait for the node, or remove it: docs/readiness.md#when-the-node-is-lost' },
  'import-failed': { exit: 'failure', when: 'CDI cannot fill the disk', remedy: 'check the image, the network to its source, the size of the disk, and quotas', advice: set('spec.vm.image', 'spec.vm.disk.size') },
  'image-failed': { exit: 'failure', when: 'an image of the launcher pod, or the edgeAgent image in the guest, cannot be pulled or started', remedy: 'check name, registry login, MTU, DNS, proxy' },
  'crash-loop': { exit: 'failure', when: 'the instance fails again and again', remedy: 'read the log of container `compute` of the launcher pod' },
  'volume-failed': { exit: 'failure', when: 'a volume cannot be made, attached or mounted', remedy: 'check the storage class', advice: set('spec.vm.disk.storageClass') },
  'guest-step-failed': { exit: 'failure', when: 'the guest gave up a step; the message has the step, its code and its last line', remedy: 'the hint names the field' },
  'user-data-invalid': { exit: 'failure', when: 'cloud-init in the guest refuses the user-data', remedy: 'correct the cloud-config', advice: set('spec.guest.cloudConfigFile') },
  'old-settings': {
    exit: 'failure', when: 'the instance or the guest fails with settings from before the last change', remedy: 'restart the VM, or raise the generation; the hint has the command',
    advice: [{ do: 'restart', name: NAME }],
  },
  'deployment-failed': { exit: 'failure', when: 'edgeAgent refuses or fails to apply the deployment', remedy: 'correct the deployment manifest' },
  'module-failed': { exit: 'failure', when: 'a module fails again and again', remedy: 'run `iotedge logs MODULE` in the guest' },
  'claim-invalid': {
    exit: 'failure', when: 'CDI cannot make a claim for a disk: neither the device nor the StorageProfile of its class has an access mode',
    remedy: 'give an access mode, or another storage class', advice: set('spec.vm.disk.accessModes', 'spec.vm.disk.storageClass'),
  },
  'vm-paused': { exit: 'failure', when: 'the VM is paused, by a person or after an I/O error of a disk', remedy: 'run `virtctl unpause vm NAME`; after an I/O error, first free space for the disk' },
  'vm-stopped': { exit: 'failure', when: 'the VM is stopped', remedy: 'start it', advice: [{ do: 'start', name: NAME }] },
  'vm-deleted': { exit: 'failure', when: 'the VirtualMachine is gone, or somebody is deleting it', remedy: 'create it again' },
  'secret-missing': { exit: 'failure', when: 'the cloud-init Secret is gone; the VM cannot start without it', remedy: 'create the device again: this makes a new Secret' },
  interrupted: { exit: 'interrupted', when: 'Ctrl-C, SIGTERM, or no at a question; the objects are consistent', remedy: 'run the same command again' },
  unexpected: { exit: 'unexpected', when: 'an error in edge-vm itself', remedy: 'report it with the stack', advice: use('debug') },
} as const satisfies Readonly<Record<string, CauseFacts>>;

/** Machine-readable causes, in kebab case. */
export type CauseCode = keyof typeof CAUSES;

/** All that is known of a cause. */
export function factsOf(code: CauseCode): CauseFacts {
  return CAUSES[code];
}

/** The exit code that a cause ends the command with. */
export function exitCodeOf(code: CauseCode): ExitCode {
  return ExitCode[CAUSES[code].exit];
}
