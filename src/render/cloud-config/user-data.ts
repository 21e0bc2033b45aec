import { SecretValue } from '../../identity/secret.js';
import { InvalidInputError } from '../../support/errors.js';
import type { Problem } from '../../support/errors.js';
import type { EdgeDevice } from '../../spec/types.js';
import { engineFiles } from './engine.js';
import { fragment } from './fragments.js';
import { stagedFiles } from './guest-files.js';
import { guestScripts } from './guest-scripts.js';
import { sortedDocument } from '../sorted-maps.js';
import { mergeCloudConfig } from './merge.js';
import { ownConfig } from './own.js';
import { packageSetup, type PackageSetup } from './packages/index.js';
import { proxyFiles } from './proxy.js';
import { reservedProblems } from './reserved.js';
import { settingsText } from './settings.js';
import { cloudConfigText } from './text.js';
import { caConfig, systemConfig } from './system.js';
import type { CloudConfig, UserDataParts } from './types.js';
import { writeFile } from './write-file.js';

const FIELD = 'spec.guest.cloudConfig';

/** Where the data disk is mounted (`cloud-init/data-disk.yaml`). */
const DATA_MOUNT = '/var/lib/edge-vm-data';

/**
 * Most bytes of user-data. A Secret holds 1 MiB in all (https://kubernetes.io/docs/concepts/configuration/secret/);
 * 48 KiB of it are for network-data and the object itself.
 */
const MAX_USER_DATA_BYTES = 1_048_576 - 49_152;

/**
 * The user-data of a device: one `#cloud-config` text, the same bytes for the same input. It holds the device's
 * credential. Throws InvalidInputError, naming `spec.guest.cloudConfig…`, if the person's own cloud-config
 * conflicts with edge-vm's settings, or is too big.
 */
export function buildUserData(device: EdgeDevice, parts: UserDataParts): SecretValue {
  const given = device.spec.guest.cloudConfig ?? {};
  const problems: Problem[] = reservedProblems(given, FIELD);
  const { config: own, login, files } = ownConfig(sortedDocument(given), device.spec.guest.user, FIELD, problems);
  const all = { ...parts, files: [...(parts.files ?? []), ...files] };
  const config = mergeCloudConfig(edgeVmConfig(device, all, login), own, FIELD, problems);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const text = `#cloud-config\n${cloudConfigText(config)}`;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_USER_DATA_BYTES) {
    throw new InvalidInputError([{ field: Object.keys(given).length > 0 ? FIELD : 'spec', message: `makes user-data of ${bytes} bytes; a Secret has room for ${MAX_USER_DATA_BYTES}. Let the guest fetch big files` }]);
  }
  return new SecretValue(text);
}

/** All of edge-vm's own cloud-config, fragments first, in the order of the merge. */
function edgeVmConfig(device: EdgeDevice, parts: UserDataParts, login: CloudConfig): CloudConfig {
  const { guest, vm } = device.spec;
  const packages = packageSetup(vm.template, guest);
  const configs = [
    fragment('base'),
    ...(vm.dataDisk === undefined ? [] : [fragment('data-disk')]),
    systemConfig(device, login),
    caConfig(guest.caCertificates),
    packages.config,
    guestConfig(device, packages, parts),
  ];
  const problems: Problem[] = [];
  const merged = configs.reduce((base, over) => mergeCloudConfig(base, over, 'cloud-init', problems));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return merged;
}

/** The files that the provisioning service reads. */
function guestConfig(device: EdgeDevice, packages: PackageSetup, parts: UserDataParts): CloudConfig {
  const { guest, vm, edge } = device.spec;
  const settings = settingsText({
    ENGINE: guest.engine,
    ENGINE_VERSION: guest.engineVersion ?? '',
    EDGE_VERSION: edge.version,
    IDENTITY_VERSION: edge.identityServiceVersion,
    DATA_MOUNT: vm.dataDisk === undefined ? '' : DATA_MOUNT,
    // If the person names no DNS servers, the guest gives its own to the containers.
    DOCKER_DNS: guest.docker?.dns === undefined ? 'guest' : 'given',
    DOCKER_MTU: guest.docker?.mtu === undefined ? '' : String(guest.docker.mtu),
    ...packages.settings,
  });
  return {
    write_files: [
      writeFile('/etc/edge-vm/settings', settings),
      ...packages.files,
      ...guestScripts(),
      ...engineFiles(guest.docker),
      ...proxyFiles(guest.proxy),
      ...stagedFiles(parts),
    ],
  };
}
