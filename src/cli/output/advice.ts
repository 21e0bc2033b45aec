import type { Cause, DeviceResult } from '../../readiness/types.js';
import type { Advice, RequestOption } from '../../support/advice.js';
import { deviceFlagOf } from '../flags/device-values.js';
import { shellWord } from './shell.js';

/** The flag or variable for each option of a request or a connection. */
const options: Readonly<Record<RequestOption, string>> = {
  register: '--register', takeOwnership: '--take-ownership', namespacePerDevice: '--namespace-per-device', namespace: '--namespace', restart: '--restart',
  keepDisk: '--keep-disk', deleteDisk: '--delete-disk', deregister: '--deregister', deleteNamespace: '--delete-namespace', ignoreNotFound: '--ignore-not-found', timeoutMs: '--timeout', skipCredentialCheck: '--skip-credential-check',
  template: '--template', prune: '--prune', yes: '--yes',
  context: '--context', kubeconfig: '--kubeconfig',
  hub: 'EDGE_VM_HUB_CONNECTION_STRING, --hub', hubConnectionString: 'EDGE_VM_HUB_CONNECTION_STRING, --hub-connection-string-file', hubEndpoint: 'EDGE_VM_HUB_ENDPOINT', hubCa: 'EDGE_VM_HUB_CA',
  debug: 'EDGE_VM_DEBUG=1',
};

/** The flags (and variables) and the commands for pieces of advice. */
export function wordsOf(advice: readonly Advice[], programName: string): { flags: string[]; commands: string[] } {
  const flags = new Set<string>();
  const commands: string[] = [];
  for (const one of advice) {
    if (one.do === 'use') flags.add(options[one.option]);
    else if (one.do === 'set') flags.add(deviceFlagOf(one.field) ?? one.field);
    else commands.push(`${programName} ${commandOf(one)}`);
  }
  return { flags: [...flags], commands };
}

function commandOf(advice: Exclude<Advice, { do: 'use' | 'set' }>): string {
  if (advice.do === 'list') return 'list -A';
  const device = `${shellWord(advice.name)}${advice.namespace === undefined ? '' : ` -n ${shellWord(advice.namespace)}`}`;
  if (advice.do === 'wait') return `wait ${device} --wait-for ${advice.waitFor}`;
  if (advice.do === 'renew') return `set ${device} --generation ${advice.generation} --restart --yes`;
  return `${advice.do} ${device}`;
}

/** A hint with its advice in the words of the command line: `Ask for less (--cpus, --memory), or wait again: edge-vm wait gw-01`. */
export function hintOf({ hint, advice = [] }: { hint?: string | undefined; advice?: readonly Advice[] | undefined }, programName: string): string | undefined {
  const { flags, commands } = wordsOf(advice, programName);
  if (flags.length === 0 && commands.length === 0) return hint;
  const text = (hint ?? '').replace(/\.$/, '');
  const end = commands.length === 0 && hint?.endsWith('.') === true ? '.' : '';
  return `${text}${flags.length === 0 ? '' : ` (${flags.join(', ')})`}${commands.length === 0 ? '' : `: ${commands.join(', or ')}`}${end}`;
}

/** A cause for the output of the command line: its hint has the flags and commands. */
export function causeInWords({ advice, ...cause }: Cause, programName: string): Cause {
  const hint = hintOf({ hint: cause.hint, advice }, programName);
  return hint === undefined ? cause : { ...cause, hint };
}

/** The same for the result of a device. */
export function resultInWords(result: DeviceResult, programName: string): DeviceResult {
  return result.cause === undefined ? result : { ...result, cause: causeInWords(result.cause, programName) };
}
