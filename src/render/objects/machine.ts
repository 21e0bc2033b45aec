import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { firmwareUuid } from '../../spec/names.js';
import { mappingAt } from './editing.js';
import type { Manifest } from './editing.js';
import { keepNetworkCards } from './network-cards.js';
import { size } from './sizing.js';
import { PROBE_PATH } from '../cloud-config/index.js';
import { textAt } from '../../support/plain.js';

const pod = ['spec', 'template', 'spec'] as const;

/** The machine's settings for this device: size, architecture, firmware, console, probe. */
export function configureMachine(manifest: Manifest, device: EdgeDevice, identity: DeviceIdentity): void {
  const { vm, firstBootGeneration } = device.spec;
  const spec = mappingAt(manifest, ...pod);
  spec['hostname'] = device.metadata.name;
  // On arm64 the webhook fills in the rest (UEFI without secure boot, host-passthrough, machine type virt):
  // kubevirt pkg/defaults/arm64.go. Nothing in our templates is refused there.
  spec['architecture'] = vm.architecture;
  const uuid = firmwareUuid(identity.hubHostname, identity.deviceId, firstBootGeneration);
  mappingAt(manifest, ...pod, 'domain', 'firmware')['uuid'] = uuid;
  keepNetworkCards(manifest, uuid);
  logConsole(manifest, vm.consoleLog);
  size(manifest, vm);
  probe(manifest, device);
}

/** Without a console there is nothing to log, so the log needs the console too. */
function logConsole(manifest: Manifest, log: boolean | undefined): void {
  const devices = mappingAt(manifest, ...pod, 'domain', 'devices');
  devices['logSerialConsole'] = log;
  if (log === true && devices['autoattachSerialConsole'] === false) delete devices['autoattachSerialConsole'];
}

const timing = { timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 8 };

/** If the device asks for no probe, this keeps the template's own. It also keeps one that runs our script, with its own times. */
function probe(manifest: Manifest, device: EdgeDevice): void {
  const spec = mappingAt(manifest, ...pod);
  const kind = device.spec.vm.readinessProbe;
  if (kind === 'none') delete spec['readinessProbe'];
  else if (kind === 'guest-agent') spec['readinessProbe'] = { guestAgentPing: {}, ...timing };
  else if (kind === 'exec' && textAt(spec, 'readinessProbe', 'exec', 'command', 0) !== PROBE_PATH) spec['readinessProbe'] = { exec: { command: [PROBE_PATH] }, ...timing };
}
