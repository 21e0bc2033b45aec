import type { DeviceName } from '../../fleet/index.js';

/** Names in a line; the rest is counted. */
export const mostNames = 8;

/** `gw-01, gw-02 and 5 more`. */
export function namesText(names: readonly string[]): string {
  return names.length <= mostNames ? names.join(', ') : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
}

/** A message of a device, where its name stands before it. */
export function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}

/** Without a limit, for what cannot be undone; with their namespaces, if they are of several. */
export function allNames(devices: readonly DeviceName[]): string {
  const several = new Set(devices.map(({ namespace }) => namespace)).size > 1;
  return devices.map(({ name, namespace }) => (several ? `${namespace}/${name}` : name)).join(', ');
}
