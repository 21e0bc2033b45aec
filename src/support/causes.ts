import { set, use, type Advice } from './advice.js';

/** Exit codes of the command line; part of its contract. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  preflight: 3,
  timeout: 4,
  deadEnd: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each exit code means. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof ExitCode, string>> = {
  ok: 'done',
  unexpected: 'unexpected',
  usage: 'usage or invalid input: all problems at once, nothing created',
  preflight: 'preflight: no cluster, no KubeVirt, forbidden, refused by admission',
  timeout: 'time-out, with the last thing seen',
  deadEnd: 'the device cannot become ready, with the cause',
  interrupted: 'interrupted; the objects are consistent, run it again',
};

interface CauseFacts {
  /** What the command line ends with. */
  exit: keyof typeof ExitCode;
  /** When it is told. */
  when: string;
  /** What a person can do about it, if anything. */
  remedy: string;
  /** The same as far as it is edge-vm that does it. */
  advice?: readonly Advice[];
}

const NAME = 'NAME';

/**
 * Every cause that edge-vm tells. The word is what `cause.code` holds in JSON output and what scripts may compare: add,
 * never rename. The type `CauseCode`, the exit codes and the table in docs/readiness.md come from here.
 */
export const CAUSES = {
  usage: { exit: 'usage', when: 'wrong flags, or no hub credential where one is needed', remedy: 'read the help of the command' },
  'invalid-input': { exit: 'usage', when: 'the device does not hold what it must; every problem is listed', remedy: 'correct the fields' },
  'no-cluster': { exit: 'preflight', when: 'no kubeconfig, no such context, the API server does not answer', remedy: 'check the context, VPN, `KUBECONFIG`', advice: use('context') },
  'cluster-unauthorized': { exit: 'preflight', when: 'the API server does not accept the credentials, or a credential plugin failed', remedy: 'log in again' },
  forbidden: { exit: 'preflight', when: 'a right is missing; verb and resource are named', remedy: 'bind the Role of docs/rbac.md' },
  'no-kubevirt': { exit: 'preflight', when: 'the cluster does not serve `kubevirt.io/v1`', remedy: 'install KubeVirt, or choose another context', advice: use('context') },
  'no-cdi': { exit: 'preflight', when: 'the cluster does not serve `cdi.kubevirt.io/v1beta1`', remedy: 'install CDI' },
  'admission-refused': { exit: 'preflight', when: 'a webhook, policy or quota refuses an object, in its own words', remedy: 'do what it says' },
  'field-conflict': { exit: 'preflight', when: 'another field manager holds a field; both are named', remedy: 'give up the change, or take the field over', advice: use('takeOwnership') },
  'not-owned': { exit: 'preflight', when: 'an object of that name was not made by edge-vm, or belongs to another device', remedy: 'another name or namespace' },
  'not-found': { exit: 'preflight', when: 'no such device, Secret or lab', remedy: 'see which there are', advice: [{ do: 'list' }] },
  'missing-prerequisite': { exit: 'preflight', when: 'a program or package is missing (Go, `@azure/identity`, the lab)', remedy: 'install it' },
  'hub-unreachable': { exit: 'preflight', when: 'the hub does not answer, or not as an IoT Hub', remedy: 'check name, DNS, endpoint, proxies', advice: use('hubEndpoint') },
  'hub-forbidden': { exit: 'preflight', when: 'the service credential is wrong or lacks a right; the right is named', remedy: 'use a policy that has it' },
  'hub-throttled': { exit: 'preflight', when: 'the hub throttles (429), or a limit of it is reached', remedy: 'wait, fewer clients, more units' },
  'timed-out': { exit: 'timeout', when: 'the time is up; the last thing seen is named, and a lost node if one is in the way', remedy: 'it goes on by itself: wait on, or delete again', advice: [{ do: 'wait', name: NAME, waitFor: 'connected' }, { do: 'delete', name: NAME }] },
  unauthorized: { exit: 'deadEnd', when: 'the hub refuses the device’s key, or the device does not use symmetric keys', remedy: 'copy the connection string again; for a disk that is set up, raise the generation too', advice: set('spec.generation') },
  'device-not-found': { exit: 'deadEnd', when: 'the hub has no such device', remedy: 'check hub and device id, or register it', advice: use('register') },
  'device-disabled': { exit: 'deadEnd', when: 'the device is disabled in the hub', remedy: 'enable it' },
  'not-edge-enabled': { exit: 'deadEnd', when: 'the device is not an IoT Edge device in the hub', remedy: 'enable it there; the hint has the command' },
  'hub-untrusted': {
    exit: 'deadEnd', when: 'the guest does not trust the certificate at the hub’s address: a proxy that opens TLS, a parent device, a wrong clock',
    remedy: 'give the certificate of its authority, and raise the generation', advice: set('spec.guest.caCertificates', 'spec.generation'),
  },
  'proxy-refused': {
    exit: 'deadEnd', when: 'the guest’s proxy wants another login, or does not let the hub’s name through',
    remedy: 'correct the proxy, and raise the generation', advice: set('spec.guest.proxy.https', 'spec.generation'),
  },
  'identity-in-use': { exit: 'deadEnd', when: 'another machine, or another VM of the namespace, has this identity', remedy: 'stop that one, or use another device id' },
  unschedulable: {
    exit: 'deadEnd', when: 'no node takes the VM, in the scheduler’s words', remedy: 'ask for less, use nodes with KVM, or other nodes',
    advice: set('spec.vm.cpus', 'spec.vm.memory', 'spec.vm.nodeSelector', 'spec.vm.tolerations'),
  },
  'node-unreachable': { exit: 'deadEnd', when: 'the VM’s node does not answer or is not ready; only `status` ends with it', remedy: 'wait for the node, or give it up: docs/readiness.md#when-the-node-is-lost' },
  'import-failed': { exit: 'deadEnd', when: 'CDI cannot fill the disk', remedy: 'check the image, the way to it, the size of the disk, quota', advice: set('spec.vm.image', 'spec.vm.disk.size') },
  'image-failed': { exit: 'deadEnd', when: 'an image of the launcher pod, or edgeAgent’s in the guest, cannot be pulled or started', remedy: 'check name, registry login, MTU, DNS, proxy' },
  'crash-loop': { exit: 'deadEnd', when: 'the instance fails again and again', remedy: 'log of container `compute` of the launcher pod' },
  'volume-failed': { exit: 'deadEnd', when: 'a volume cannot be made, attached or mounted', remedy: 'check the storage class', advice: set('spec.vm.disk.storageClass') },
  'guest-step-failed': { exit: 'deadEnd', when: 'the guest gave up a step; step, code and last line are named', remedy: 'the hint names the field' },
  'user-data-invalid': { exit: 'deadEnd', when: 'cloud-init in the guest refuses the user-data', remedy: 'correct the cloud-config', advice: set('spec.guest.cloudConfigFile') },
  'old-settings': {
    exit: 'deadEnd', when: 'the instance or the guest fails with settings of before the last change', remedy: 'restart it, or raise the generation: the hint has the command',
    advice: [{ do: 'restart', name: NAME }],
  },
  'deployment-failed': { exit: 'deadEnd', when: 'edgeAgent refuses or fails to apply the deployment', remedy: 'mend the deployment manifest' },
  'module-failed': { exit: 'deadEnd', when: 'a module fails again and again', remedy: '`iotedge logs MODULE` in the guest' },
  'claim-invalid': {
    exit: 'deadEnd', when: 'CDI can make no claim of a disk: neither the device nor the StorageProfile of its class gives an access mode',
    remedy: 'give the access mode, or another class', advice: set('spec.vm.disk.accessModes', 'spec.vm.disk.storageClass'),
  },
  'vm-paused': { exit: 'deadEnd', when: 'the VM is paused, by a person or after an I/O error of a disk', remedy: '`virtctl unpause vm NAME`; free space for the disk' },
  'vm-stopped': { exit: 'deadEnd', when: 'the VM is stopped', remedy: 'start it', advice: [{ do: 'start', name: NAME }] },
  'vm-deleted': { exit: 'deadEnd', when: 'the VirtualMachine is gone, or going', remedy: 'create it again' },
  'secret-missing': { exit: 'deadEnd', when: 'the cloud-init Secret is gone; the VM cannot start without it', remedy: 'create it again: that makes the Secret anew' },
  interrupted: { exit: 'interrupted', when: 'Ctrl-C or SIGTERM; the objects are consistent', remedy: 'run the same command again' },
  unexpected: { exit: 'unexpected', when: 'a mistake of edge-vm', remedy: 'report it, with the stack', advice: use('debug') },
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
