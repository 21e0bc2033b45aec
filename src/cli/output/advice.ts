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

/** The EdgeDevice in the cluster that keeps the device: a person changes that one, with kubectl. */
type Owner = DeviceResult['owner'];

/** Commands for many devices have no flag for what stands in the files. */
const ofMany: Partial<Record<RequestOption, string | undefined>> = { register: 'spec.identity.register', namespacePerDevice: undefined };

/**
 * The flags (and variables) and the commands for pieces of advice. `many`: of a command for many devices.
 */
export function wordsOf(advice: readonly Advice[], programName: string, owner?: Owner, many = false): { flags: string[]; commands: string[] } {
  const flags = new Set<string>();
  const commands: string[] = [];
  for (const one of advice) {
    if (one.do === 'use') {
      const word = many ? { ...options, ...ofMany }[one.option] : options[one.option];
      if (word !== undefined) flags.add(word);
    } else if (one.do === 'set') flags.add((owner === undefined && !many ? deviceFlagOf(one.field) : undefined) ?? one.field);
    else commands.push((owner === undefined ? undefined : insteadOf(one, owner, programName)) ?? `${programName} ${commandOf(one)}`);
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

/** What a person does instead of a command that would change the device behind the back of its EdgeDevice. */
function insteadOf(advice: Advice, { name }: NonNullable<Owner>, programName: string): string | undefined {
  const target = (namespace = ''): string => `edgedevice ${name}${namespace === '' ? '' : ` -n ${shellWord(namespace)}`}`;
  if (advice.do === 'renew') return `kubectl patch ${target(advice.namespace)} --type merge -p ${shellWord(JSON.stringify({ spec: { firstBootGeneration: advice.generation } }))}; then, when the operator has applied it: ${programName} restart ${shellWord(advice.name)}${advice.namespace === undefined ? '' : ` -n ${shellWord(advice.namespace)}`}`;
  return advice.do === 'delete' ? `kubectl delete ${target(advice.namespace)}` : undefined;
}

/** A hint with its advice in the words of the command line: `Ask for less (--cpus, --memory), or wait again: edge-vm wait gw-01`. */
export function hintOf({ hint, advice = [] }: { hint?: string | undefined; advice?: readonly Advice[] | undefined }, programName: string, owner?: Owner, many = false): string | undefined {
  const { flags, commands } = wordsOf(advice, programName, owner, many);
  if (flags.length === 0 && commands.length === 0) return hint;
  const text = (hint ?? '').replace(/\.$/, '');
  const end = commands.length === 0 && hint?.endsWith('.') === true ? '.' : '';
  return `${text}${flags.length === 0 ? '' : ` (${flags.join(', ')})`}${commands.length === 0 ? '' : `: ${commands.join(', or ')}`}${end}`;
}

/** A cause for the output of the command line: its hint has the flags and commands. */
export function causeInWords({ advice, ...cause }: Cause, programName: string, owner?: Owner, many = false): Cause {
  const hint = hintOf({ hint: cause.hint, advice }, programName, owner, many);
  return hint === undefined ? cause : { ...cause, hint };
}

/** The same for the result of a device. */
export function resultInWords(result: DeviceResult, programName: string, many = false): DeviceResult {
  return result.cause === undefined ? result : { ...result, cause: causeInWords(result.cause, programName, result.owner, many) };
}
