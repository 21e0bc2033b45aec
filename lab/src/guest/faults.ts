/** Annotation on a VirtualMachine that makes its simulated guest fail, e.g. `engine=apt-unreachable`. */
export const FAULT_ANNOTATION = 'lab.edge-vm.io/fault';

/**
 * Comma-separated faults: `<step>=<code>` (the step fails with that code at each attempt), `silent` (the guest prints
 * nothing), `no-agent` (the agent container never starts), `agent=<code>` (the runtime does not reach the hub, for one of
 * the reasons below). The guest ignores unknown words, and prints a line about each on its console.
 */
export interface Faults {
  steps: Map<string, string>;
  silent: boolean;
  noAgent: boolean;
  agent: { code: string; message: string } | undefined;
  unknown: string[];
}

/** By code: the message that the guest reports from the daemons' logs. A simulated guest has these problems only on request. */
const AGENT_WORDS: Readonly<Record<string, string>> = {
  'hub-untrusted': 'error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889:: unable to get local issuer certificate',
  'proxy-refused': 'unsuccessful tunnel (HTTP/1.1 407 Pro)',
  'hub-unreachable': 'Connection refused (os error 111)',
  'agent-failed': 'HTTP 409 Conflict: Conflict. The container name "/edgeAgent" is already in use (create module "edgeAgent")',
};

export function parseFaults(text: string | undefined): Faults {
  const faults: Faults = { steps: new Map(), silent: false, noAgent: false, agent: undefined, unknown: [] };
  for (const word of (text ?? '').split(',').map((w) => w.trim()).filter(Boolean)) {
    const [step, code] = word.split('=', 2);
    if (code && ['clock', 'engine', 'runtime', 'files', 'config'].includes(step!)) faults.steps.set(step!, code);
    else if (step === 'agent' && code !== undefined && Object.hasOwn(AGENT_WORDS, code)) faults.agent = { code, message: AGENT_WORDS[code] ?? '' };
    else if (word === 'silent') faults.silent = true;
    else if (word === 'no-agent') faults.noAgent = true;
    else faults.unknown.push(word);
  }
  return faults;
}
