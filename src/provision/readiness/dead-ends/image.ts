import { containerWait } from '../rungs/running.js';
import { isRunning, launcherPods } from '../reading.js';
import { suspect, type DeadEndRule } from '../verdict.js';

const pulls: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const broken: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** The node cannot fetch an image of the launcher pod, or cannot start it. */
export const image: DeadEndRule = (o, options) => {
  // A target pod of a migration that fails is no trouble of the instance that runs.
  if (isRunning(o)) return undefined;
  const wait = containerWait(launcherPods(o)[0]?.status);
  if (wait === undefined) return undefined;
  if (pulls.has(wait.reason)) {
    // kubelet flips between the two words; it stays one symptom.
    return suspect('image', options.imageGraceMs, 'image-failed', `an image cannot be pulled: ${wait.message}`, 'Check the image’s name, the registry’s reach from the node, and its pull secret.');
  }
  if (broken.has(wait.reason)) return suspect('container', options.slowGraceMs, 'image-failed', `the launcher pod does not start: ${wait.message}`, 'kubectl describe pod shows the whole story.');
  return undefined;
};
