import type { KubeObject } from '../../../cluster/types.js';
import { textAt } from '../../common/vm-spec.js';
import { cloudInitSecretName } from '../../../render/index.js';
import { eventTime, isRunning, lastEvent, launcherPods, words } from '../reading.js';
import type { Observations } from '../observations.js';
import { suspect, type DeadEndRule } from '../verdict.js';

/** The Secret that the launcher pod mounts is gone: no start of the VM will ever work without it. */
export const secretMissing: DeadEndRule = (o, options) => {
  if (isRunning(o)) return undefined;
  const secret = cloudInitSecretName(o.name);
  const event = textAt(mountEvent(o), 'message') ?? '';
  const said = event.includes(`"${secret}"`) && event.includes('not found');
  if (o.secretMissing !== true && !said) return undefined;
  return suspect('secret-missing', options.controllerGraceMs, 'secret-missing', `Secret ${o.namespace}/${secret} does not exist, and the VM cannot start without it`, 'Run edge-vm create again: it makes the Secret anew.');
};

/** A volume that cannot be attached or mounted. */
export const volume: DeadEndRule = (o, options) => {
  if (isRunning(o)) return undefined;
  const event = mountEvent(o);
  if (event === undefined) return undefined;
  const message = words(textAt(event, 'message'));
  return suspect('volume', options.slowGraceMs, 'volume-failed', `a volume of the VM cannot be mounted: ${message}`, 'Check the storage class and where its volumes can be attached.');
};

/** Only of the newest pod, and not older than it: events outlive what they tell of. */
function mountEvent(o: Observations): KubeObject | undefined {
  const pod = launcherPods(o)[0];
  if (pod === undefined) return undefined;
  const event = lastEvent(o, ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume'], [pod.metadata.name]);
  const born = Date.parse(pod.metadata.creationTimestamp ?? '');
  return event === undefined || eventTime(event) < born - 1000 ? undefined : event;
}
