import { readConfigToml } from './config-toml.js';
import type { DiskState } from './disk.js';
import type { Faults } from './faults.js';
import { installRuntime, type StepFailure } from './packages.js';
import { readSettings } from './settings.js';

export const STEPS = ['clock', 'engine', 'runtime', 'files', 'config'] as const;
export type Step = (typeof STEPS)[number];

const FINAL_CODES: ReadonlySet<string> = new Set(['key-rejected', 'package-not-found', 'config-rejected']);

/**
 * Runs one step of `edge-vm-provision.service` on a simulated disk. It has the order and the checks of the rendered
 * scripts in the field, and reads only the rendered files. Returns what failed, or nothing.
 */
export function runStep(step: Step, disk: DiskState, faults: Faults): StepFailure | undefined {
  const fault = faults.steps.get(step);
  if (fault) return { code: fault, message: `simulated fault: ${step} ends with ${fault}`, final: FINAL_CODES.has(fault) };
  const settings = readSettings(disk.files);
  if (!settings) return { code: 'internal', message: '/etc/edge-vm/settings is missing', final: false };
  if (step === 'engine') {
    if (!['moby', 'docker'].includes(settings.engine)) return { code: 'internal', message: `unknown engine ${settings.engine}`, final: false };
    disk.versions.engine = 'simulated';
  }
  if (step === 'runtime') {
    const failure = installRuntime(settings.edgeVersion, settings.identityVersion, settings.edgeSource);
    if (failure) return failure;
    disk.versions.edge = settings.edgeVersion;
    disk.versions.identity = settings.identityVersion;
  }
  return step === 'config' ? applyConfig(disk.files) : undefined;
}

function applyConfig(files: Record<string, string>): StepFailure | undefined {
  const text = files['/etc/edge-vm/config.toml'];
  if (text === undefined) return { code: 'config-rejected', message: 'no config.toml to apply', final: true };
  const answer = readConfigToml(text);
  return answer.ok ? undefined : { code: 'config-rejected', message: answer.message, final: true };
}

/** Whether the rendered scripts run `iotedge config apply`. Without it the runtime never has a configuration. */
export function appliesConfig(files: Record<string, string>): boolean {
  return Object.values(files).some((text) => /^[^#\n]*\biotedge\s+config\s+apply\b/m.test(text));
}
