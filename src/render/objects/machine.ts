import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { firmwareUuid } from '../../spec/names.js';
import { mappingAt } from './editing.js';
import type { Manifest } from './editing.js';
import { PROBE_PATH } from '../cloud-config/index.js';

const pod = ['spec', 'template', 'spec'] as const;

/** Everything that makes the machine this device's: size, architecture, firmware, console, probe. */
export function configureMachine(manifest: Manifest, device: EdgeDevice, identity: DeviceIdentity): void {
  const { vm, generation } = device.spec;
  const spec = mappingAt(manifest, ...pod);
  spec['hostname'] = device.metadata.name;
  // On arm64 the webhook fills in the rest (UEFI without secure boot, host-passthrough, machine type virt):
  // kubevirt pkg/defaults/arm64.go. Nothing in our templates is refused there.
  spec['architecture'] = vm.architecture;
  mappingAt(manifest, ...pod, 'domain', 'firmware')['uuid'] = firmwareUuid(identity.hubHostname, identity.deviceId, generation);
  mappingAt(manifest, ...pod, 'domain', 'devices')['logSerialConsole'] = vm.consoleLog;
  size(manifest, device);
  probe(manifest, device);
}

/**
 * CPUs and memory, or an instancetype, which refuses a machine that sets either
 * (kubevirt pkg/instancetype/apply/{cpu,memory}.go). A template's own instancetype counts as well.
 */
function size(manifest: Manifest, device: EdgeDevice): void {
  const { instancetype, preference, cpus, memory } = device.spec.vm;
  const spec = mappingAt(manifest, 'spec');
  const domain = mappingAt(manifest, ...pod, 'domain');
  if (preference !== undefined) spec['preference'] = { kind: preference.kind ?? 'VirtualMachineClusterPreference', name: preference.name };
  if (instancetype !== undefined) {
    spec['instancetype'] = { kind: instancetype.kind ?? 'VirtualMachineClusterInstancetype', name: instancetype.name };
    delete domain['cpu'];
    delete domain['memory'];
    delete domain['resources'];
    return;
  }
  if (spec['instancetype'] !== undefined) return;
  if (cpus !== undefined) setCpus(manifest, cpus);
  if (memory !== undefined) mappingAt(manifest, ...pod, 'domain', 'memory')['guest'] = memory;
}

/** vCPUs are sockets × cores × threads: a template's cores and threads would multiply them. */
function setCpus(manifest: Manifest, cpus: number): void {
  const cpu = mappingAt(manifest, ...pod, 'domain', 'cpu');
  delete cpu['cores'];
  delete cpu['threads'];
  cpu['sockets'] = cpus;
}

const timing = { timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 8 };

/** A template's own probe is kept with `exec`, the default; the other two were asked for, so they replace it. */
function probe(manifest: Manifest, device: EdgeDevice): void {
  const spec = mappingAt(manifest, ...pod);
  const kind = device.spec.vm.readinessProbe;
  if (kind === 'none') delete spec['readinessProbe'];
  else if (kind === 'guest-agent') spec['readinessProbe'] = { guestAgentPing: {}, ...timing };
  else spec['readinessProbe'] ??= { exec: { command: [PROBE_PATH] }, ...timing };
}
