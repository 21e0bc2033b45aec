import { set, type Advice } from '../../support/advice.js';
import type { CauseCode } from '../../support/causes.js';
import { guestRecord, isRunning, launcherPods } from '../reading.js';
import { progress } from '../stages/guest.js';
import { suspect, type FailureRule } from '../verdict.js';
import { stepHint } from './step-hints.js';

/** The guest gave up a step. (It still tries again with its longest pause, because somebody may repair the mirror.) */
export const guestStep: FailureRule = (o) => {
  const record = guestRecord(o);
  if (record?.state !== 'failed') return undefined;
  const code: CauseCode = record.code === 'user-data-invalid' ? 'user-data-invalid' : 'guest-step-failed';
  const { hint, advice } = stepHint(record);
  return suspect(`guest-${record.stage}`, 0, code, progress(record), hint, advice);
};

/** cloud-init refused the user-data, and the guest has not reported since. */
export const userData: FailureRule = (o, options) => {
  const { refusal } = o;
  if (refusal === undefined || !isRunning(o) || guestRecord(o) !== undefined) return undefined;
  if (!launcherPods(o).some((pod) => pod.metadata.uid === refusal.podUid)) return undefined;
  return suspect('user-data', options.slowGraceMs, 'user-data-invalid', `cloud-init refuses the user-data: ${refusal.text}`, 'Check the cloud-config and your own template file; render the device to see all user-data. cloud-init does not repeat a first boot: delete the device and create it again, or raise the generation.', set('spec.guest.cloudConfigFile', 'spec.vm.templateFile', 'spec.firstBootGeneration'));
};

/** Problems of the guest's runtime, by the code in its record. `says` comes before the guest's own words. */
interface AgentTrouble {
  code: CauseCode;
  says: string;
  hint: string;
  advice?: Advice[];
  lasts: 'controllerGraceMs' | 'slowGraceMs' | 'agentImageGraceMs';
}

const refusedByHub = (code: string): string => `the hub refuses the guest’s runtime (${code})`;

const agentTroubles: Readonly<Record<string, AgentTrouble>> = {
  unauthorized: { code: 'unauthorized', says: refusedByHub('unauthorized'), hint: 'The hub refuses the device’s credential: create the device again with its present connection string and a higher generation.', advice: set('spec.firstBootGeneration'), lasts: 'controllerGraceMs' },
  'device-not-found': { code: 'device-not-found', says: refusedByHub('device-not-found'), hint: 'The hub has no device of this id: register it again, and create the device again with a higher generation.', advice: set('spec.firstBootGeneration'), lasts: 'controllerGraceMs' },
  'not-edge-enabled': { code: 'not-edge-enabled', says: refusedByHub('not-edge-enabled'), hint: 'Enable it in the hub: az iot hub device-identity update --hub-name HUB --device-id DEVICE --edge-enabled true', lasts: 'controllerGraceMs' },
  'hub-untrusted': {
    code: 'hub-untrusted', says: 'the guest does not trust the certificate at the hub’s address', lasts: 'slowGraceMs',
    hint: 'Check the clock of the guest. If it is right, give the guest the certificate of the authority that signed it (of a proxy that opens TLS connections, or of the parent device), and raise the generation.', advice: set('spec.guest.caCertificates', 'spec.firstBootGeneration'),
  },
  'proxy-refused': {
    code: 'proxy-refused', says: 'the guest’s proxy does not let the runtime through to the hub', lasts: 'slowGraceMs',
    hint: 'Check the login in the proxy’s URL, and that the proxy allows the hub’s name; a change takes effect with a higher generation.', advice: set('spec.guest.proxy.https', 'spec.firstBootGeneration'),
  },
  'agent-image': { code: 'image-failed', says: 'the guest cannot pull the edge agent’s image', hint: 'Check the registry login, MTU, DNS and proxy of the guest, and the image.', advice: set('spec.edge.agentImage'), lasts: 'agentImageGraceMs' },
  'agent-failed': { code: 'image-failed', says: 'the guest’s engine does not start the edge agent', hint: 'Check the image, and in the guest: iotedge system logs', advice: set('spec.edge.agentImage'), lasts: 'agentImageGraceMs' },
};

/** The hub's answer to the runtime in the guest. After a change in the hub it may be wrong for a moment, so it must last. */
export const guestAgent: FailureRule = (o, options) => {
  const agent = guestRecord(o)?.agent;
  if (agent === undefined || agent.connected || agent.code === undefined) return undefined;
  const trouble = Object.hasOwn(agentTroubles, agent.code) ? agentTroubles[agent.code] : undefined;
  if (trouble === undefined) return undefined;
  const text = agent.message === undefined ? '' : `: ${agent.message}`;
  return suspect(`agent-${agent.code}`, options[trouble.lasts], trouble.code, `${trouble.says}${text}`, trouble.hint, trouble.advice);
};
