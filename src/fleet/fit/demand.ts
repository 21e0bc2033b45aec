import type { KubeObject } from '../../cluster/types.js';
import type { RenderedDevice } from '../../render/types.js';
import { at, listAt, record, textAt, type Mapping } from '../../support/plain.js';
import { amountOf } from './quantity.js';
import type { Demand, Requests } from './types.js';

const Mi = 2 ** 20;

/** Settings of KubeVirt that decide what a launcher pod asks for. */
export interface KubeVirtSettings {
  cpuAllocationRatio: number;
  /** Percent of the guest's memory that the pod may promise; 100 is all. */
  memoryOvercommit: number;
  overheadRatio: number;
  useEmulation: boolean;
}

/** From the KubeVirt object; without it, KubeVirt's defaults. */
export function settingsOf(kubevirt: KubeObject | undefined): KubeVirtSettings {
  const configuration = at(kubevirt?.spec, 'configuration');
  const number = (value: unknown, otherwise: number): number => (amountOf(value) > 0 ? amountOf(value) : otherwise);
  return {
    cpuAllocationRatio: number(at(configuration, 'developerConfiguration', 'cpuAllocationRatio'), 10),
    memoryOvercommit: number(at(configuration, 'developerConfiguration', 'memoryOvercommit'), 100),
    overheadRatio: number(at(configuration, 'additionalGuestMemoryOverheadRatio'), 1),
    useEmulation: at(configuration, 'developerConfiguration', 'useEmulation') === true,
  };
}

/** The size of an instancetype, or of the machine itself. */
interface Size {
  vcpus: number;
  memory: number;
}

/**
 * What the launcher pod of a machine asks for, as KubeVirt's virt-controller computes it
 * (pkg/virt-controller/services/renderresources.go, pkg/hypervisor/kvm): guest memory and overhead, CPUs divided by
 * `cpuAllocationRatio`, one KVM device unless KubeVirt emulates, and the container of the console log.
 */
export function requestsOf(template: Mapping, size: Size, settings: KubeVirtSettings, architecture: string): Requests {
  const domain = record(template['domain']) ?? {};
  const asked = at(domain, 'resources', 'requests');
  const memory = at(asked, 'memory') === undefined ? size.memory * (100 / settings.memoryOvercommit) : amountOf(at(asked, 'memory'));
  const cpu = at(asked, 'cpu') === undefined ? size.vcpus / settings.cpuAllocationRatio : amountOf(at(asked, 'cpu'));
  const log = at(domain, 'devices', 'autoattachSerialConsole') !== false && at(domain, 'devices', 'logSerialConsole') !== false ? { cpu: 0.005, memory: 35e6 } : { cpu: 0, memory: 0 };
  const isDedicated = at(domain, 'cpu', 'dedicatedCpuPlacement') === true;
  return {
    cpu: (isDedicated ? size.vcpus : cpu) + log.cpu,
    memory: memory + overheadOf(template, size, architecture, isDedicated) * settings.overheadRatio + log.memory,
    kvm: settings.useEmulation ? 0 : 1,
  };
}

/** Of KubeVirt 1.8; older versions ask for a few MiB less. */
function overheadOf(template: Mapping, { vcpus, memory }: Size, architecture: string, isDedicated: boolean): number {
  const domain = record(template['domain']) ?? {};
  const devices = at(domain, 'devices');
  const probes = ['livenessProbe', 'readinessProbe'].filter((probe) => at(template, probe, 'exec') !== undefined).length;
  const hasVfio = listAt(devices, 'gpus').length + listAt(devices, 'hostDevices').length > 0 || listAt(devices, 'interfaces').some((one) => at(one, 'sriov') !== undefined);
  const fixed = 220 + 8 + 8 * vcpus
    + (at(devices, 'autoattachGraphicsDevice') === false ? 0 : 32)
    + (architecture === 'arm64' ? 128 : 0)
    + (hasVfio ? 1024 : 0)
    + (probes === 0 ? 0 : 100 + 10 * probes)
    + (at(devices, 'tpm') === undefined ? 0 : 53)
    + (at(domain, 'launchSecurity') === undefined ? 0 : 256)
    + (isDedicated ? 100 : 0);
  return fixed * Mi + memory / 512;
}

/** The size in the machine itself; `undefined` if an instancetype has it. */
function ownSize(domain: unknown): Size | undefined {
  const memory = amountOf(at(domain, 'memory', 'guest')) || amountOf(at(domain, 'resources', 'requests', 'memory'));
  const part = (key: string): number => amountOf(at(domain, 'cpu', key)) || 1;
  return memory === 0 ? undefined : { memory, vcpus: part('sockets') * part('cores') * part('threads') };
}

/** What a new device needs. `instancetype` is that which its machine names, if it could be read. */
export function demandOf(rendered: RenderedDevice, about: { settings: KubeVirtSettings; instancetype: KubeObject | undefined; exists: (disk: string) => boolean; registers: boolean }): Demand {
  const { virtualMachine, name, namespace = '' } = rendered;
  const spec = record(virtualMachine.spec) ?? {};
  const template = record(at(spec, 'template', 'spec')) ?? {};
  const ofType = about.instancetype?.spec === undefined ? undefined : { vcpus: amountOf(at(about.instancetype.spec, 'cpu', 'guest')), memory: amountOf(at(about.instancetype.spec, 'memory', 'guest')) };
  const size = ofType ?? ownSize(template['domain']);
  const architecture = textAt(template, 'architecture') ?? 'amd64';
  const limits = at(template, 'domain', 'resources', 'limits');
  return {
    name, namespace: virtualMachine.metadata.namespace ?? namespace, architecture,
    ...(size === undefined ? { cpu: 0, memory: 0, kvm: about.settings.useEmulation ? 0 : 1 } : requestsOf(template, size, about.settings, architecture)),
    isUnknown: size === undefined,
    nodeSelector: (record(template['nodeSelector']) ?? {}) as Record<string, string>,
    tolerations: listAt(template, 'tolerations'),
    nodeAffinity: at(template, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'),
    limits: { ...(at(limits, 'cpu') === undefined ? {} : { cpu: amountOf(at(limits, 'cpu')) }), ...(at(limits, 'memory') === undefined ? {} : { memory: amountOf(at(limits, 'memory')) }) },
    disks: listAt(spec, 'dataVolumeTemplates').flatMap((disk) => diskOf(disk, about.exists)),
    hasService: rendered.service !== undefined,
    registers: about.registers,
  };
}

function diskOf(template: unknown, exists: (disk: string) => boolean): Demand['disks'] {
  const name = textAt(template, 'metadata', 'name') ?? '';
  const storage = at(template, 'spec', 'storage') ?? at(template, 'spec', 'pvc');
  const storageClass = textAt(storage, 'storageClassName');
  return exists(name) ? [] : [{ name, bytes: amountOf(at(storage, 'resources', 'requests', 'storage')), ...(storageClass === undefined ? {} : { storageClass }) }];
}
