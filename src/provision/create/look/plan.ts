import type { KubeObject } from '../../../cluster/types.js';
import { Secret } from '../../../cluster/kinds.js';
import type { KubeManifest, RenderedDevice } from '../../../render/types.js';
import type { Change } from '../../../readiness/types.js';
import { LABEL_INSTANCE } from '../../../spec/labels.js';
import { isSubset } from '../../../support/plain.js';
import { fieldChanges } from '../../common/field-changes.js';
import type { LiveObjects, PreparedDevice } from '../prepared.js';
import { isUserDataNew, USER_DATA_CHANGED } from '../user-data.js';

type Planned = Pick<PreparedDevice, 'subject' | 'rendered' | 'live' | 'makesNamespace'>;

/** What applying is going to do, by comparing with what is there. Asks nothing. */
export function plan({ subject: { name, namespace }, rendered, live, makesNamespace }: Planned): Change[] {
  const { service } = rendered;
  return [
    ...(makesNamespace ? [{ kind: 'Namespace', name: namespace, outcome: 'created' } as const] : []),
    compareSecret(live, rendered),
    compare(withoutRunStrategy(rendered.virtualMachine), live.vm),
    ...(service === undefined ? [] : [compare(service, live.service)]),
    ...(serviceToDrop({ rendered, live }) === undefined ? [] : [{ kind: 'Service', name, outcome: 'deleted' } as const]),
  ];
}

/** The Service of a device that was a gateway and is none any more. */
export function serviceToDrop({ rendered, live: { service } }: Pick<PreparedDevice, 'rendered' | 'live'>): KubeObject | undefined {
  return rendered.service === undefined && service?.metadata.labels?.[LABEL_INSTANCE] === rendered.name ? service : undefined;
}

function compareSecret({ vm, secret }: LiveObjects, rendered: RenderedDevice): Change {
  const change = { kind: Secret.kind, name: rendered.secretName };
  if (secret === undefined) return { ...change, outcome: 'created' };
  return isUserDataNew(vm, rendered) ? { ...change, outcome: 'changed', detail: USER_DATA_CHANGED } : { ...change, outcome: 'unchanged' };
}

function compare(wanted: KubeManifest, live: KubeObject | undefined): Change {
  const change = { kind: wanted.kind, name: wanted.metadata.name };
  if (live === undefined) return { ...change, outcome: 'created' };
  return isSubset(wanted, live) ? { ...change, outcome: 'unchanged' } : { ...change, outcome: 'changed', fields: fieldChanges(live, wanted, true) };
}

/** A re-apply sends the live run strategy back, so it is never a difference. */
function withoutRunStrategy(vm: KubeManifest): KubeManifest {
  const { runStrategy: _live, ...spec } = vm.spec as Record<string, unknown>;
  return { ...vm, spec };
}
