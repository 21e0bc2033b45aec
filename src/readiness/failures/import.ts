import { set, type Advice } from '../../support/advice.js';
import type { KubeObject } from '../../cluster/types.js';
import { at, textAt } from '../../support/plain.js';
import { conditionOf, dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { dataVolumeName } from '../../render/index.js';
import { BOUND_REASONS, meaningIn, RUNNING_REASONS, type Failure } from '../cdi-reasons.js';
import type { Observations } from '../observations.js';
import { words } from '../reading.js';
import { isError } from '../stages/disk.js';
import { pullGrace } from './image.js';
import { suspect, type FailureRule, type EvaluateOptions, type Suspicion } from '../verdict.js';

/** A disk that CDI cannot fill. CDI itself tries again without end, so its restarts are counted. */
export const importFailed: FailureRule = (o, options) => {
  for (const { name } of dataVolumeTemplates(o.vm)) {
    const volume = o.dataVolumes[name];
    const found = volume === undefined ? undefined : judge(o, name, volume, options);
    if (found !== undefined) return found;
  }
  return undefined;
};

function judge(o: Observations, name: string, volume: KubeObject, options: EvaluateOptions): Suspicion | undefined {
  if (textAt(volume.status, 'phase') === 'Succeeded') return undefined;
  const field = name === dataVolumeName(o.name) ? 'spec.vm.dataDisk' : 'spec.vm.disk';
  const bound = conditionOf(volume, 'Bound');
  const claim = bound?.status === 'True' ? undefined : meaningIn(BOUND_REASONS, bound?.reason);
  if (claim !== undefined && claim !== 'waits') return failure(name, field, claim, words(bound?.message), options);
  const running = conditionOf(volume, 'Running');
  const why = words(running?.message) || 'no reason given';
  const failed = (graceMs: number, text: string): Suspicion => suspect(`import-${name}`, graceMs, 'import-failed', `disk ${name}: ${text}`, ...hint(text));
  if (textAt(volume.status, 'phase') === 'Failed') return failed(0, why);
  if (running?.status !== 'False' || !isError(running.reason)) return undefined;
  const meaning = meaningIn(RUNNING_REASONS, running.reason) ?? 'restarts';
  if (typeof meaning !== 'string') return failure(name, field, meaning, words(running.message), options);
  // The importer runs for a moment at each new try, so no symptom lasts. So its tries are counted.
  if (restarts(volume) >= options.importRestarts) return failed(0, why);
  return meaning === 'pull' ? failed(pullGrace(why, options), why) : undefined;
}

function failure(name: string, field: string, meaning: Failure, message: string, options: EvaluateOptions): Suspicion {
  return suspect(`disk-${name}-${meaning.says}`, options[meaning.lasts], meaning.code, `disk ${name}: ${meaning.says}: ${message || 'no reason given'}`, meaning.hint, meaning.advice?.(field));
}

function restarts(volume: KubeObject): number {
  const count = at(volume.status, 'restartCount');
  return typeof count === 'number' ? count : 0;
}

function hint(text: string): [hint: string, advice: Advice[]] {
  if (/quota/i.test(text)) return ['Ask for a higher quota of the namespace, or ask for a smaller disk.', set('spec.vm.disk.size')];
  if (/no space|too small|larger than/i.test(text)) return ['The image does not fit: give a larger disk.', set('spec.vm.disk.size')];
  if (/404|manifest unknown|not found|unauthorized|denied/i.test(text)) return ['Check the name of the image, and that the cluster may read it.', set('spec.vm.image')];
  return ['Check the name of the image, and that the cluster reaches its source.', set('spec.vm.image')];
}
