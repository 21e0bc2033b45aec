import type { KubeObject } from '../../cluster/types.js';
import { at, record, type Mapping } from '../../support/plain.js';

const factors = ['sockets', 'cores', 'threads'] as const;
const cpuPath = ['template', 'spec', 'domain', 'cpu'] as const;

/**
 * vCPUs are sockets × cores × threads. If somebody adds a factor that the manifest leaves out, it multiplies the CPUs of the device, so
 * the manifest then says 1. It does not say so before: on a machine that runs, KubeVirt takes each new field for a change that needs a restart.
 *
 * @param spec of the rendered VirtualMachine
 */
export function withoutOtherFactors(spec: Mapping, live: KubeObject | undefined): Mapping {
  const cpu = record(at(spec, ...cpuPath));
  const has = record(at(live?.spec, ...cpuPath));
  // An instancetype decides, or the requests of a template.
  if (cpu === undefined || has === undefined || factors.every((factor) => cpu[factor] === undefined)) return spec;
  const added = factors.filter((factor) => cpu[factor] === undefined && has[factor] !== undefined);
  return added.length === 0 ? spec : withCpu(spec, cpuPath, { ...cpu, ...Object.fromEntries(added.map((factor) => [factor, 1])) });
}

function withCpu(holder: Mapping, [key, ...rest]: readonly string[], cpu: Mapping): Mapping {
  return key === undefined ? cpu : { ...holder, [key]: withCpu(record(holder[key]) ?? {}, rest, cpu) };
}
