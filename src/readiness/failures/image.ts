import { containerWait } from '../stages/running.js';
import { isRunning, launcherPods } from '../reading.js';
import { suspect, type FailureRule, type EvaluateOptions } from '../verdict.js';

const pulls: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const refusal = /not found|manifest unknown|unknown manifest|does not exist|unauthorized|denied|forbidden|invalid reference|no matching manifest|InvalidImageName|ErrImageNeverPull/i;
const broken: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** The time that a failed pull must last. It is shorter if the registry refuses, because it will refuse again. */
export function pullGrace(words: string, options: EvaluateOptions): number {
  return refusal.test(words) ? options.imageGraceMs : options.pullGraceMs;
}

/** The node cannot fetch an image of the launcher pod, or cannot start it. */
export const image: FailureRule = (o, options) => {
  // If the target pod of a migration fails, the running instance has no problem.
  if (isRunning(o)) return undefined;
  const wait = containerWait(launcherPods(o)[0]?.status);
  if (wait === undefined) return undefined;
  if (pulls.has(wait.reason)) {
    // kubelet changes between the two words; it is still one symptom.
    return suspect('image', pullGrace(`${wait.reason} ${wait.message}`, options), 'image-failed', `an image cannot be pulled: ${wait.message}`, 'Check the image’s name, that the node reaches the registry, and the pull secret.');
  }
  if (broken.has(wait.reason)) return suspect('container', options.slowGraceMs, 'image-failed', `the launcher pod does not start: ${wait.message}`, 'kubectl describe pod shows more.');
  return undefined;
};
