import type { CreateRequest } from '../../provision/types.js';
import { isOn } from '../flags/group.js';
import type { Subject } from '../input/changes.js';
import { withFlagNames } from '../input/origin.js';
import { printResult } from '../output/device.js';
import { printDryRun, printSummary } from '../output/summary.js';
import type { Invocation } from '../run/action.js';
import { consent } from '../run/consent.js';
import { exitCodeOfResult } from '../run/errors.js';
import { withContext } from './provisioning.js';

/** Creates or changes a device, asks before something is lost, follows it, and prints the result; gives the exit code. */
export async function create(invocation: Invocation, { origin, ...subject }: Subject, how: Omit<CreateRequest, 'device' | 'identity' | 'secrets' | 'restart'>): Promise<number> {
  const { session, values } = invocation;
  const { io } = session;
  const request: CreateRequest = { ...subject, ...how, restart: isOn(values, 'restart') };
  const { metadata } = request.device;
  session.about = { name: metadata.name, namespace: metadata.namespace };
  const begun = io.now();
  const { createDevice } = await session.deps.provision();
  const result = await withContext(invocation, (context, progress) => withFlagNames(origin, () => createDevice(context, request, {
    confirm: (prepared) => consent(session, progress, prepared, isOn(values, 'yes')),
  })), { waitFor: request.wait ? request.waitFor : 'applied' });
  if (request.dryRun === 'none') printSummary(result, session, (io.now() - begun) / 1000);
  else printDryRun(result, session, request.dryRun);
  await printResult(result, session);
  return exitCodeOfResult(result);
}
