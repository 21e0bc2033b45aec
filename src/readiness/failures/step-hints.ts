import { set, type Advice } from '../../support/advice.js';
import type { Observations } from '../observations.js';
import { guestRecord } from '../reading.js';
import type { StageRecord } from '../records/record.js';

interface StepHint {
  hint: string;
  advice: Advice[];
}

/** What to do about a step of the guest, by the code of its record (docs/stage-records.md). */
const hints: Readonly<Record<string, StepHint>> = {
  'key-rejected': { hint: 'The package source’s key or signature is not the expected one: check the mirror, and the fingerprint of its key.', advice: set('spec.guest.apt.edgeSource.keyFingerprint') },
  'package-not-found': { hint: 'The package source does not have that version: check the apt source, and the version.', advice: set('spec.edge.version') },
  'config-rejected': { hint: '`iotedge config apply` refuses the configuration: check the edge settings of the device.', advice: [] },
  'apt-unreachable': { hint: 'The guest does not reach its package sources: check its proxy, DNS, MTU and the firewall.', advice: set('spec.guest.proxy.https', 'spec.guest.apt.edgeSource.uri') },
  'clock-not-synced': { hint: 'No time server answers the guest: allow UDP port 123, or name your own time server in the cloud-config (`ntp`).', advice: set('spec.guest.cloudConfigFile') },
};
const noHint: StepHint = { hint: 'The console log has more: kubectl logs … -c guest-console-log', advice: [] };

/** The hint for a step that ended, or that the guest tries again. The step and its message tell which package is missing. */
export function stepHint({ stage, code, message = '' }: Pick<StageRecord, 'stage' | 'code' | 'message'>): StepHint {
  const found = hints[code ?? ''] ?? noHint;
  if (code !== 'package-not-found') return found;
  // Two packages of exact versions that belong together.
  if (message.includes('aziot-identity-service')) return { ...found, advice: set('spec.edge.identityServiceVersion') };
  const ofRuntime = stage === 'runtime' || message.includes('aziot-edge');
  return { ...found, advice: ofRuntime ? set('spec.edge.version', 'spec.edge.identityServiceVersion') : set('spec.guest.engineVersion') };
}

/** The step of the guest that fails again and again, for the message of a time-out; `undefined` if there is none. */
export function triedInVain(o: Observations): { hint: string; text: string } | undefined {
  const record = guestRecord(o);
  if (record?.state !== 'retrying' || record.attempt < 2) return undefined;
  const why = [record.code, record.message].filter((part) => part !== undefined).join(': ');
  return { hint: stepHint(record).hint, text: `step ${record.stage} of the guest failed ${record.attempt} times, the last time with ${why === '' ? 'no reason given' : why}` };
}
