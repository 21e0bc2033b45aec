import { formatObject } from '../output/format.js';
import { objectName } from '../output/device.js';
import { printCauses } from '../output/fleet-causes.js';
import type { Invocation } from '../run/action.js';
import { withFleet } from './fleet.js';
import { devicesOf, noDevices, type ManyTargets } from './targets.js';

/** Prints several devices: YAML documents, or a List in JSON. Those that are not there do not stop the others. Gives the exit code. */
export async function getMany(invocation: Invocation, targets: ManyTargets): Promise<number> {
  const { session } = invocation;
  const { printer, format } = session;
  session.about = undefined;
  const { exitCodeOfFleet, getFleet } = await session.deps.fleet();
  const { devices, failed } = await withFleet(invocation, (context) => getFleet(context, devicesOf(targets, context.cluster.namespace)), { quiet: true, hub: false });
  if (devices.length + failed.length === 0) throw noDevices(targets, 'to print');
  if (format === 'name') for (const { metadata } of devices) printer.data(objectName({ name: metadata?.name ?? '' }));
  // Not masked, as for one device.
  else if (format === 'json') printer.secretData(await formatObject({ apiVersion: 'v1', kind: 'List', items: devices }, 'json'));
  else if (devices.length > 0) printer.secretData((await Promise.all(devices.map((device) => formatObject(device, 'yaml')))).join('\n---\n'));
  printCauses(failed, session);
  return exitCodeOfFleet(failed);
}
