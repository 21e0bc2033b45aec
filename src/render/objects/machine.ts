import { createHash } from 'node:crypto';
import type { EdgeDevice } from '../../spec/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { firmwareUuid } from '../../spec/names.js';
import { listAt, mappingAt } from './editing.js';
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
  const uuid = firmwareUuid(identity.hubHostname, identity.deviceId, generation);
  mappingAt(manifest, ...pod, 'domain', 'firmware')['uuid'] = uuid;
  keepNetworkCard(manifest, uuid);
  mappingAt(manifest, ...pod, 'domain', 'devices')['logSerialConsole'] = vm.consoleLog;
  size(manifest, vm);
  probe(manifest, device);
}

/**
 * At its first boot cloud-init ties the guest's network to the card's address. KubeVirt draws a new address at each start,
 * so that a guest would have no network from its first restart on. Only behind masquerade, where no other machine sees it.
 */
function keepNetworkCard(manifest: Manifest, uuid: string): void {
  if (mappingAt(manifest, ...pod, 'domain', 'devices')['interfaces'] === undefined) return;
  for (const card of listAt(manifest, ...pod, 'domain', 'devices', 'interfaces')) {
    if (card['masquerade'] === undefined || card['macAddress'] !== undefined) continue;
    const digest = createHash('sha256').update(JSON.stringify([uuid, card['name']])).digest('hex');
    // 02 marks an address as locally administered, one machine's.
    card['macAddress'] = ['02', ...digest.slice(0, 10).match(/../g)!].join(':');
  }
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
