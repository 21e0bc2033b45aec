import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { firmwareUuid } from '../../spec/names.js';
import { mappingAt } from './editing.js';
import type { Manifest } from './editing.js';
import { size } from './sizing.js';
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
  size(manifest, vm);
  probe(manifest, device);
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
