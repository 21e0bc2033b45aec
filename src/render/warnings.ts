import type { EdgeDevice } from '../spec/types.js';
import { deviceWarnings } from '../spec/warnings.js';

/** One thing that a person should know, and when. */
interface Rule {
  when: (spec: EdgeDevice['spec']) => boolean;
  say: string;
}

/** Of what is rendered; `src/spec/warnings.ts` has those of the guest's packages and disks. */
const rules: readonly Rule[] = [
  {
    when: ({ gateway, vm }) => gateway !== undefined && vm.readinessProbe === 'none',
    say: 'spec.gateway: without a readiness probe the Service sends to the machine before the edge runtime runs',
  },
  {
    when: ({ gateway }) => gateway?.type === 'LoadBalancer',
    say: 'spec.gateway.type: on most clouds LoadBalancer opens the gateway to the Internet unless an annotation makes it internal',
  },
  {
    when: ({ gateway, edge }) => gateway !== undefined && edge.edgeCa === undefined,
    say: 'spec.edge.edgeCa: without it the runtime makes a CA of its own, valid for 90 days, which downstream devices do not know',
  },
  {
    when: ({ edge }) => edge.parentHostname !== undefined && edge.trustBundle === undefined,
    say: "spec.edge.trustBundle: without it the parent's certificate must be issued by a public CA",
  },
];

/** Warnings of a spec that is valid, in a fixed order. */
export function warnings(device: EdgeDevice): string[] {
  return [...deviceWarnings(device), ...rules.filter((rule) => rule.when(device.spec)).map((rule) => rule.say)];
}
