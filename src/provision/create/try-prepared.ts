import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import { tryToApply } from './apply.js';
import type { PreparedDevice } from './prepared.js';
import { resultSoFar, withRun } from './run.js';

/** The result of a dry run of a device that `prepareDevice` prepared: its changes, for `server` as the API server says them. */
export async function tryPrepared(context: ProvisionContext, prepared: PreparedDevice): Promise<DeviceResult> {
  const { name, namespace, hubHostname, deviceId } = prepared.subject;
  return withRun(context, prepared.request, async (run) => {
    Object.assign(run.report, { name, namespace, device: { hub: hubHostname, id: deviceId } });
    if (prepared.request.dryRun === 'server') await tryToApply(run, prepared);
    else run.report.changes.push(...prepared.changes);
    return resultSoFar(run);
  }, prepared.warnings);
}
