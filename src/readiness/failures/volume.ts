import { edgeDeviceOwnerOf } from '../../cluster/owned.js';
import type { KubeObject } from '../../cluster/types.js';
import { textAt } from '../../support/plain.js';
import { cloudInitSecretName } from '../../render/index.js';
import { isRunning, launcherPods, standingFailure, words } from '../reading.js';
import type { Observations } from '../observations.js';
import { suspect, type FailureRule } from '../verdict.js';

/**
 * The Secret that the launcher pod mounts is gone: no start of the VM can work without it. If edge-vm has seen the Secret,
 * an earlier event does not count: kubelet takes up to two minutes for its next try.
 */
export const secretMissing: FailureRule = (o, options) => {
  if (isRunning(o) || o.secretMissing === false) return undefined;
  if (o.secretMissing !== true && !isAboutSecret(o, mountEvent(o))) return undefined;
  const secret = cloudInitSecretName(o.name);
  const message = `Secret ${o.namespace}/${secret} does not exist, and the VM cannot start without it`;
  const owner = edgeDeviceOwnerOf(o.vm);
  if (owner !== undefined) return suspect('secret-missing', options.controllerGraceMs, 'secret-missing', message, `The operator makes it again; if not, see kubectl describe edgedevice ${owner.name} -n ${o.namespace}`);
  return suspect('secret-missing', options.controllerGraceMs, 'secret-missing', message, 'To make a new Secret, create the device again.', [{ do: 'create', name: o.name, namespace: o.namespace }]);
};

/** A volume that cannot be attached or mounted. */
export const volume: FailureRule = (o, options) => {
  if (isRunning(o)) return undefined;
  const event = mountEvent(o);
  if (event === undefined || isAboutSecret(o, event)) return undefined;
  const message = words(textAt(event, 'message'));
  return suspect('volume', /multi-attach/i.test(message) ? options.detachGraceMs : options.slowGraceMs, 'volume-failed', `a volume of the VM cannot be mounted: ${message}`, 'Check the storage class, and on which nodes its volumes can be attached.');
};

function isAboutSecret(o: Observations, event: KubeObject | undefined): boolean {
  const message = textAt(event, 'message') ?? '';
  return message.includes(`"${cloudInitSecretName(o.name)}"`) && message.includes('not found');
}

const failures = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume'];
/** The events of attach controller and kubelet after the volumes are attached and mounted. */
const successes = ['SuccessfulAttachVolume', 'SuccessfulMountVolume', 'Pulling', 'Pulled', 'Created', 'Started'];

/** Only events of the newest pod. */
function mountEvent(o: Observations): KubeObject | undefined {
  const pod = launcherPods(o)[0];
  return pod === undefined ? undefined : standingFailure(o, pod, { failures, successes });
}
