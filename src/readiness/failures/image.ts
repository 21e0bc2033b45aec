import { containerWait } from '../stages/running.js';
import { isRunning, launcherPods } from '../reading.js';
import { suspect, type FailureRule, type EvaluateOptions } from '../verdict.js';

const pulls: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const refusal = /not found|manifest unknown|unknown manifest|does not exist|unauthorized|denied|forbidden|invalid reference|no matching manifest|InvalidImageName|ErrImageNeverPull/i;
const broken: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** How long a failure to pull must last: what a registry refuses, it will refuse again. */
export function pullGrace(words: string, options: EvaluateOptions): number {
  return refusal.test(words) ? options.imageGraceMs : options.pullGraceMs;
}

/** The node cannot fetch an image of the launcher pod, or cannot start it. */
export const image: FailureRule = (o, options) => {
  // A target pod of a migration that fails is no trouble of the instance that runs.
  if (isRunning(o)) return undefined;
  const wait = containerWait(launcherPods(o)[0]?.status);
  if (wait === undefined) return undefined;
  if (pulls.has(wait.reason)) {
    // kubelet flips between the two words; it stays one symptom.
    return suspect('image', pullGrace(`${wait.reason} ${wait.message}`, options), 'image-failed', `an image cannot be pulled: ${wait.message}`, 'Check the image’s name, the registry’s reach from the node, and its pull secret.');
  }
  if (broken.has(wait.reason)) return suspect('container', options.slowGraceMs, 'image-failed', `the launcher pod does not start: ${wait.message}`, 'kubectl describe pod shows the whole story.');
  return undefined;
};
