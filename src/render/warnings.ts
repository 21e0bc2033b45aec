import type { EdgeDevice } from '../spec/types.js';

/** One thing that a person should know, and when. */
interface Rule {
  when: (device: EdgeDevice) => boolean;
  say: string;
}

const rules: readonly Rule[] = [
  {
    when: ({ spec }) => spec.guest.apt?.edgeSource?.trusted === true,
    say: 'spec.guest.apt.edgeSource.trusted: packages of that source are installed without a signature; not for production',
  },
  {
    when: ({ spec }) => !spec.vm.consoleLog,
    say: 'spec.vm.consoleLog is off: the rungs booted to configured cannot be followed, they are taken from the device twin',
  },
  {
    when: ({ spec }) => spec.vm.architecture === 'arm64' && spec.guest.engine === 'moby' && spec.vm.template !== 'ubuntu-22.04',
    say: 'moby-engine for arm64 may be missing from the package source of this release; spec.guest.engine: docker is the way round',
  },
  {
    when: ({ spec }) => spec.gateway !== undefined && spec.vm.readinessProbe === 'none',
    say: 'spec.gateway without a readiness probe: the Service sends to the machine before the edge runtime runs',
  },
  {
    when: ({ spec }) => spec.gateway?.type === 'LoadBalancer',
    say: 'spec.gateway.type LoadBalancer: on most clouds this opens the gateway to the Internet unless an annotation makes it internal',
  },
  {
    when: ({ spec }) => spec.gateway !== undefined && spec.edge.edgeCa === undefined,
    say: 'spec.gateway without spec.edge.edgeCa: the runtime makes its own CA, valid for 90 days, which downstream devices do not know',
  },
  {
    when: ({ spec }) => spec.edge.parentHostname !== undefined && spec.edge.trustBundle === undefined,
    say: "spec.edge.parentHostname without spec.edge.trustBundle: the parent's certificate must be issued by a public CA",
  },
];

/** Warnings of a spec that is valid, in a fixed order. */
export function warnings(device: EdgeDevice): string[] {
  return rules.filter((rule) => rule.when(device)).map((rule) => rule.say);
}
