/** Annotation on a VirtualMachine that makes its simulated guest fail, e.g. `engine=apt-unreachable`. */
export const FAULT_ANNOTATION = 'lab.edge-vm.io/fault';

/**
 * Comma-separated faults: `<step>=<code>` (the step fails with that code at each attempt), `silent` (prints nothing at
 * all), `no-agent` (the agent container never starts). Unknown words are ignored with a line on the guest's console.
 */
export interface Faults {
  steps: Map<string, string>;
  silent: boolean;
  noAgent: boolean;
  unknown: string[];
}

export function parseFaults(text: string | undefined): Faults {
  const faults: Faults = { steps: new Map(), silent: false, noAgent: false, unknown: [] };
  for (const word of (text ?? '').split(',').map((w) => w.trim()).filter(Boolean)) {
    const [step, code] = word.split('=', 2);
    if (code && ['clock', 'engine', 'runtime', 'files', 'config'].includes(step!)) faults.steps.set(step!, code);
    else if (word === 'silent') faults.silent = true;
    else if (word === 'no-agent') faults.noAgent = true;
    else faults.unknown.push(word);
  }
  return faults;
}
