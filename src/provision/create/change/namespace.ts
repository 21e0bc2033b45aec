import { namespaceManifest } from '../../../render/index.js';
import { MANAGER } from '../../../spec/labels.js';
import type { PreparedDevice } from '../prepared.js';
import { warn, type Done, type Run } from '../run.js';

/** With `--namespace-per-device`: makes the namespace, labelled, so that `delete` knows that it may remove it. */
export async function makeNamespace(run: Run, { makesNamespace, subject: { namespace } }: PreparedDevice): Promise<Done<void>> {
  const { context, request, deadline: { signal }, report } = run;
  if (!makesNamespace) return { value: undefined, skipped: true, ...(request.namespacePerDevice ? { detail: 'exists' } : {}) };
  const dryRun = request.dryRun !== 'none';
  await context.cluster.apply(namespaceManifest(namespace), { fieldManager: MANAGER, signal, dryRun });
  if (dryRun) warn(run, `namespace ${namespace} does not exist yet, so the API server could not check the objects for it`);
  report.changes.push({ kind: 'Namespace', name: namespace, outcome: 'created' });
  return { value: undefined, detail: namespace };
}
