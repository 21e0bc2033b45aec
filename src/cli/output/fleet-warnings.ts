import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { grouped } from './alike.js';
import { namesText, withoutName } from './names.js';

/** The warnings in the results of many devices, each once, with the devices that have it. */
export function printWarnings(items: readonly DeviceResult[], { printer: { note, style } }: Session): void {
  const all = items.flatMap(({ name, warnings }) => warnings.map((text) => ({ name, text })));
  for (const group of grouped(all, ({ name, text }) => text.replaceAll(name, '*'))) {
    const [{ name, text }, ...others] = group as [typeof all[number], ...typeof all];
    note(`${style.yellow('warning:')} ${name}: ${withoutName(text, name)}${others.length === 0 ? '' : ` (the same for ${namesText(others.map((one) => one.name))})`}`);
  }
}
