import type { Evaluation } from '../readiness/evaluate.js';
import type { Observations } from '../readiness/observations.js';
import type { Cause } from '../readiness/types.js';
import type { Memory } from './memory.js';

/** CDI's next try of a wrong image is over by then. */
const triesMs = 60_000;

/**
 * The failure of a device, also while CDI tries the import once more: its importer then runs for some seconds, and shows no error. Without
 * this, cause and Ready would come and go with each try. The failure ends when the disk is filled or is another one, when something else
 * is wrong, or when the importer has run for a minute.
 */
export function lastingFailure(memory: Pick<Memory, 'importFailure'>, failure: Cause | undefined, { verdicts, suspicion }: Evaluation, o: Observations): { failure: Cause | undefined; until?: number } {
  const disks = Object.values(o.dataVolumes).map(({ metadata }) => metadata.uid ?? '').toSorted((a, b) => a.localeCompare(b)).join();
  if (failure?.code === 'import-failed') memory.importFailure = { cause: failure, disks, until: o.now + triesMs };
  const { importFailure: known } = memory;
  if (known === undefined || failure !== undefined) return { failure };
  if (o.now < known.until && known.disks === disks && suspicion === undefined && verdicts.disk.status !== 'True') return { failure: known.cause, until: known.until };
  memory.importFailure = undefined;
  return { failure };
}
