import type { CauseCode } from '../../support/causes.js';
import { guestRecord, isRunning, launcherPods } from '../reading.js';
import { progress } from '../rungs/guest.js';
import { suspect, type DeadEndRule } from '../verdict.js';

const stepHints: Record<string, string> = {
  'key-rejected': 'The package source’s key or signature is not the expected one: check --edge-apt-key-fingerprint and the mirror.',
  'package-not-found': 'The package source does not have that version: check --edge-version and the apt source.',
  'config-rejected': '`iotedge config apply` refuses the configuration: check the edge settings of the device file.',
};

/** The guest gave a step up for good. (It goes on trying at its longest pause, should somebody mend the mirror.) */
export const guestStep: DeadEndRule = (o) => {
  const record = guestRecord(o);
  if (record?.state !== 'failed') return undefined;
  const code: CauseCode = record.code === 'user-data-invalid' ? 'user-data-invalid' : 'guest-step-failed';
  return suspect(`guest-${record.stage}`, 0, code, progress(record), stepHints[record.code ?? ''] ?? 'The console log has the whole story: kubectl logs … -c guest-console-log');
};

/** cloud-init refused the user-data, and nothing that it would have set up has reported since. */
export const userData: DeadEndRule = (o, options) => {
  const { refusal } = o;
  if (refusal === undefined || !isRunning(o) || guestRecord(o) !== undefined) return undefined;
  if (!launcherPods(o).some((pod) => pod.metadata.uid === refusal.podUid)) return undefined;
  return suspect('user-data', options.slowGraceMs, 'user-data-invalid', `cloud-init refuses the user-data: ${refusal.text}`, 'Check --cloud-config and a template file of your own; edge-vm render --secret=placeholder shows the whole. A first boot is not repeated: delete the device and create it again, or raise --generation.');
};

const agentCauses: Record<string, { code: CauseCode; hint: string }> = {
  unauthorized: { code: 'unauthorized', hint: 'The hub refuses the device’s credential: create the device again with its present connection string and a higher --generation.' },
  'not-edge-enabled': { code: 'not-edge-enabled', hint: 'Enable it in the hub: az iot hub device-identity update --edge-enabled true' },
};

/** What the runtime in the guest heard from the hub. It may be a moment's state after a change in the hub, so it must last. */
export const guestAgent: DeadEndRule = (o, options) => {
  const agent = guestRecord(o)?.agent;
  if (agent === undefined || agent.connected || agent.code === undefined) return undefined;
  const text = agent.message === undefined ? '' : `: ${agent.message}`;
  const known = agentCauses[agent.code];
  if (known !== undefined) return suspect(`agent-${agent.code}`, options.controllerGraceMs, known.code, `the guest’s runtime is refused by the hub (${agent.code})${text}`, known.hint);
  if (agent.code !== 'agent-image') return undefined;
  return suspect('agent-image', options.agentImageGraceMs, 'image-failed', `the guest cannot pull the edge agent’s image${text}`, 'Check --agent-image, the registry login, and MTU, DNS and proxy of the guest.');
};
