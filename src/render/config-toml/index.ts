import { stringify } from 'smol-toml';
import type { EdgeDevice } from '../../spec/types.js';
import type { RenderInputs } from '../../identity/types.js';
import { SecretValue } from '../../identity/secret.js';
import { GUEST_PATHS } from '../guest-files.js';
import { agent } from './agent.js';
import { provisioning } from './provisioning.js';
import type { TomlTable } from './toml.js';

/**
 * `/etc/aziot/config.toml`. It has only values that differ from the daemons' own defaults, so that the defaults of
 * a later version apply. Keys: edgelet/contrib/config/linux/template.toml of Azure/iotedge, and the documentation at
 * https://learn.microsoft.com/azure/iot-edge/configure-device. Throws InvalidInputError if the inputs lack a
 * secret that the spec names. It holds the device's key.
 */
export function configToml(device: EdgeDevice, inputs: RenderInputs): SecretValue {
  const { edge } = device.spec;
  const parent = edge.parentHostname ?? inputs.identity.gatewayHostname;
  const table: TomlTable = {
    hostname: edge.hostname ?? device.metadata.name,
    ...(parent === undefined ? {} : { parent_hostname: parent }),
    ...(edge.trustBundle === undefined ? {} : { trust_bundle_cert: fileUri(GUEST_PATHS.trustBundle) }),
    ...(edge.autoReprovisioningMode === undefined ? {} : { auto_reprovisioning_mode: edge.autoReprovisioningMode }),
    provisioning: provisioning(inputs.identity),
    ...agent(device, inputs),
    ...edgeCa(device),
    ...imageGarbageCollection(device),
  };
  return new SecretValue(`# Written by edge-vm. After a change: iotedge config apply\n${stringify(table)}`);
}

function edgeCa(device: EdgeDevice): TomlTable {
  if (device.spec.edge.edgeCa === undefined) return {};
  return { edge_ca: { cert: fileUri(GUEST_PATHS.edgeCaCertificate), pk: fileUri(GUEST_PATHS.edgeCaKey) } };
}

/**
 * All four keys or none: the daemon's reader does not fill in a missing one. An absent key gets the documented
 * default (https://learn.microsoft.com/azure/iot-edge/production-checklist, "image garbage collection").
 */
function imageGarbageCollection(device: EdgeDevice): TomlTable {
  const given = device.spec.edge.imageGarbageCollection;
  if (given === undefined) return {};
  return {
    image_garbage_collection: {
      enabled: given.enabled,
      cleanup_recurrence: given.cleanupRecurrence ?? '1d',
      image_age_cleanup_threshold: given.imageAgeCleanupThreshold ?? '7d',
      cleanup_time: given.cleanupTimeUtc ?? '00:00',
    },
  };
}

function fileUri(path: string): string {
  return `file://${path}`;
}
