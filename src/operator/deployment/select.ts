import type { KubeObject } from '../../cluster/types.js';
import { textAt } from '../../support/plain.js';
import type { EdgeDeploymentSpec, LabelSelector, Target } from './types.js';

/** True if the EdgeDeployment names the device, or selects it by its labels. */
export function isSelected({ selector, devices }: Pick<EdgeDeploymentSpec, 'selector' | 'devices'>, { metadata }: KubeObject): boolean {
  return devices?.includes(metadata.name) === true || (selector !== undefined && matchesSelector(selector, metadata.labels ?? {}));
}

/** As Kubernetes' `LabelSelectorAsSelector`: all requirements must hold, and an empty selector selects everything. */
export function matchesSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  return Object.entries(matchLabels).every(([key, value]) => has(key) && labels[key] === value) && matchExpressions.every(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In': return has(key) && values.includes(labels[key]!);
      // A device without the label is selected too, as in Kubernetes.
      case 'NotIn': return !has(key) || !values.includes(labels[key]!);
      case 'Exists': return has(key);
      case 'DoesNotExist': return !has(key);
      default: return false;
    }
  });
}

/** Hub and device id of an EdgeDevice; `undefined` until its identity is known. */
export function targetOf({ spec, status }: KubeObject): Target | undefined {
  const hub = textAt(status, 'device', 'hub') ?? textAt(status, 'registration', 'hub') ?? textAt(spec, 'hub', 'hostname');
  const deviceId = textAt(status, 'device', 'id') ?? textAt(status, 'registration', 'deviceId') ?? textAt(spec, 'deviceId');
  return hub === undefined || deviceId === undefined ? undefined : { hub, deviceId };
}
