import { compared, present, selects, type Requirement } from '../../cluster/label-selector.js';
import type { KubeObject } from '../../cluster/types.js';
import { textAt } from '../../support/plain.js';
import { some } from './look.js';
import type { EdgeDeploymentSpec, LabelSelector, Target } from './types.js';

/** True if the EdgeDeployment names the device, or selects it by its labels. */
export function isSelected({ selector, devices }: Pick<EdgeDeploymentSpec, 'selector' | 'devices'>, { metadata }: KubeObject): boolean {
  return devices?.includes(metadata.name) === true || (selector !== undefined && matchesSelector(selector, metadata.labels ?? {}));
}

/** Names of the spec for which there is no EdgeDevice, or only one that is being deleted. */
export function missingOf({ devices = [] }: Pick<EdgeDeploymentSpec, 'devices'>, present: readonly KubeObject[]): string[] {
  const names = new Set(present.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name));
  return devices.filter((name) => !names.has(name));
}

/** In words, for a condition. */
export function notFound(names: readonly string[]): string {
  return `there is no EdgeDevice ${some(names)} in the namespace`;
}

/** As Kubernetes' `LabelSelectorAsSelector`: all requirements must hold, and an empty selector selects everything. An unknown operator selects nothing. */
export function matchesSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const requirements = [
    ...Object.entries(matchLabels).map(([key, value]) => compared(key, 'in', [value])),
    ...matchExpressions.map(({ key, operator, values = [] }) => operators[operator]?.(key, values)),
  ];
  return requirements.every((one) => one !== undefined) && selects(requirements, labels);
}

const operators: Readonly<Record<string, (key: string, values: readonly string[]) => Requirement>> = {
  In: (key, values) => compared(key, 'in', values),
  NotIn: (key, values) => compared(key, 'notin', values),
  Exists: (key) => present(key, 'exists'),
  DoesNotExist: (key) => present(key, 'absent'),
};

/** Hub and device id of an EdgeDevice; `undefined` until its identity is known. */
export function targetOf({ spec, status }: KubeObject): Target | undefined {
  const hub = textAt(status, 'device', 'hub') ?? textAt(status, 'registration', 'hub') ?? textAt(spec, 'hub', 'hostname');
  const deviceId = textAt(status, 'device', 'id') ?? textAt(status, 'registration', 'deviceId') ?? textAt(spec, 'deviceId');
  return hub === undefined || deviceId === undefined ? undefined : { hub, deviceId };
}
