import { guestSystem, isEngineConfirmed } from './guest-systems.js';
import type { AptSource, EdgeDevice } from './types.js';
import { parseQuantity } from './formats/text.js';
import { DEFAULT_EDGE_VERSION, DEFAULT_IDENTITY_SERVICE_VERSION } from './schema/edge.js';

/** Warnings about a valid device, for the person, before edge-vm makes it: sentences without a full stop, the field first. */
export function deviceWarnings({ spec }: EdgeDevice): string[] {
  const { vm, guest, edge } = spec;
  return [
    ...engineWarnings(spec),
    ...diskWarnings(spec),
    ...sourceWarnings(guest.apt?.edgeSource),
    ...releaseWarnings(edge.version),
    ...pairWarnings(edge),
    ...(vm.consoleLog !== false ? [] : ['spec.vm.consoleLog: without the console log, edge-vm knows the stages booted to configured only from the readiness probe or a higher stage']),
    ...(vm.readinessProbe === 'none' ? ['spec.vm.readinessProbe: without a probe, Ready says nothing about the edge runtime'] : []),
    ...(/:\/\/[^/]*@/.test(`${guest.proxy?.http ?? ''} ${guest.proxy?.https ?? ''}`) ? ['spec.guest.proxy: a password in a proxy URL can be read by every process of the guest'] : []),
  ];
}

function engineWarnings({ vm, guest }: EdgeDevice['spec']): string[] {
  if (isEngineConfirmed(vm, guest.engine)) return [];
  const [name] = guestSystem(vm.template).engines[guest.engine].packages;
  return [`spec.guest.engine: ${name} for ${vm.architecture ?? 'amd64'} is not confirmed on ${vm.template}; engine docker is the distribution's own`];
}

function diskWarnings({ vm }: EdgeDevice['spec']): string[] {
  const { size } = vm.disk;
  const tight = size !== undefined && vm.dataDisk === undefined && (parseQuantity(size) ?? 0) < 8 * 2 ** 30;
  return tight ? [`spec.vm.disk.size: ${size} leaves little room for the runtime's images and logs; 20Gi is the default`] : [];
}

function sourceWarnings(source: AptSource | undefined): string[] {
  return source?.trusted === true ? ['spec.guest.apt.edgeSource.trusted: packages of this source are installed without a signature; for a lab only'] : [];
}

/** Service ends: https://learn.microsoft.com/azure/iot-edge/version-history */
function releaseWarnings(version: string): string[] {
  const [major = 0, minor = 0] = version.replace(/^\d+:/, '').split('.').map(Number);
  const old = major < 1 || (major === 1 && minor < 6);
  return old ? [`spec.edge.version: ${version} gets no more updates; 1.6 is the long-term release`] : [];
}

/** The pair of the default release is known: `Depends: aziot-identity-service (= …)` of the package. */
function pairWarnings({ version, identityServiceVersion }: EdgeDevice['spec']['edge']): string[] {
  if (version !== DEFAULT_EDGE_VERSION || identityServiceVersion === DEFAULT_IDENTITY_SERVICE_VERSION) return [];
  return [`spec.edge.identityServiceVersion: aziot-edge ${version} depends on ${DEFAULT_IDENTITY_SERVICE_VERSION}, and not on the given version`];
}
