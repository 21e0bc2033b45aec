import type { Architecture, EdgeDevice } from '../../spec/types.js';
import { ARCHITECTURES } from '../../spec/schema/vm.js';
import { at, isMapping } from '../../support/plain.js';
import { mappingAt, templateProblem } from './editing.js';
import type { Manifest } from './editing.js';

const pod = ['spec', 'template', 'spec'] as const;

/**
 * The device, with the template's values for fields that the person did not give. Only if both give none, a default of
 * edge-vm applies. The readiness probe stays open if the template has its own.
 */
export function settle(device: EdgeDevice, manifest: Manifest): EdgeDevice {
  const { vm } = device.spec;
  const own = mappingAt(manifest, ...pod);
  const probe = vm.readinessProbe ?? (own['readinessProbe'] === undefined ? 'exec' : undefined);
  return {
    ...device,
    spec: {
      ...device.spec,
      vm: {
        ...vm,
        architecture: vm.architecture ?? architectureOf(manifest, own['architecture']),
        consoleLog: vm.consoleLog ?? consoleLogOf(own),
        ...(probe === undefined ? {} : { readinessProbe: probe }),
      },
    },
  };
}

function architectureOf(manifest: Manifest, value: unknown): Architecture {
  if (value === undefined || value === null || value === '') return ARCHITECTURES[0];
  const known = ARCHITECTURES.find((one) => one === value);
  if (known === undefined) throw templateProblem(manifest, `${pod.join('.')}.architecture must be one of ${ARCHITECTURES.join(', ')}: IoT Edge has packages for these`);
  return known;
}

/** A machine without a serial console has nothing to log. */
function consoleLogOf(spec: unknown): boolean {
  const devices = at(spec, 'domain', 'devices');
  if (!isMapping(devices)) return true;
  return devices['autoattachSerialConsole'] !== false && devices['logSerialConsole'] !== false;
}
