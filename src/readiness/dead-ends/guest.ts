import { set, type Advice } from '../../support/advice.js';
import type { CauseCode } from '../../support/causes.js';
import { guestRecord, isRunning, launcherPods } from '../reading.js';
import { progress } from '../rungs/guest.js';
import { suspect, type DeadEndRule } from '../verdict.js';
import { stepHint } from './step-hints.js';

/** The guest gave a step up for good. (It goes on trying at its longest pause, should somebody mend the mirror.) */
export const guestStep: DeadEndRule = (o) => {
  const record = guestRecord(o);
  if (record?.state !== 'failed') return undefined;
  const code: CauseCode = record.code === 'user-data-invalid' ? 'user-data-invalid' : 'guest-step-failed';
  const { hint, advice } = stepHint(record.code);
  return suspect(`guest-${record.stage}`, 0, code, progress(record), hint, advice);
};

/** cloud-init refused the user-data, and nothing that it would have set up has reported since. */
export const userData: DeadEndRule = (o, options) => {
  const { refusal } = o;
  if (refusal === undefined || !isRunning(o) || guestRecord(o) !== undefined) return undefined;
  if (!launcherPods(o).some((pod) => pod.metadata.uid === refusal.podUid)) return undefined;
  return suspect('user-data', options.slowGraceMs, 'user-data-invalid', `cloud-init refuses the user-data: ${refusal.text}`, 'Check the cloud-config and a template file of your own; rendering the device shows the whole. A first boot is not repeated: delete the device and create it again, or raise the generation.', set('spec.guest.cloudConfigFile', 'spec.vm.templateFile', 'spec.generation'));
};

const agentCauses: Record<string, { code: CauseCode; hint: string; advice?: Advice[] }> = {
  unauthorized: { code: 'unauthorized', hint: 'The hub refuses the device’s credential: create the device again with its present connection string and a higher generation.', advice: set('spec.generation') },
  'not-edge-enabled': { code: 'not-edge-enabled', hint: 'Enable it in the hub: az iot hub device-identity update --edge-enabled true' },
};

/** What the runtime in the guest heard from the hub. It may be a moment's state after a change in the hub, so it must last. */
export const guestAgent: DeadEndRule = (o, options) => {
  const agent = guestRecord(o)?.agent;
  if (agent === undefined || agent.connected || agent.code === undefined) return undefined;
  const text = agent.message === undefined ? '' : `: ${agent.message}`;
  const known = agentCauses[agent.code];
  if (known !== undefined) return suspect(`agent-${agent.code}`, options.controllerGraceMs, known.code, `the guest’s runtime is refused by the hub (${agent.code})${text}`, known.hint, known.advice);
  if (agent.code !== 'agent-image') return undefined;
  return suspect('agent-image', options.agentImageGraceMs, 'image-failed', `the guest cannot pull the edge agent’s image${text}`, 'Check the registry login, MTU, DNS and proxy of the guest, and the image.', set('spec.edge.agentImage'));
};
