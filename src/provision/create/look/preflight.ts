import { use } from '../../../support/advice.js';
import { EdgeVmError } from '../../../support/errors.js';
import { missingPermissions } from '../../common/permissions.js';
import { requireEvidence } from '../../common/require-evidence.js';
import type { Subject } from '../prepared.js';
import { usesDataVolumes } from '../render.js';
import { warn, type Done, type Run } from '../run.js';
import { lookAtNamespace } from './namespace.js';
import { neededForCreate } from './permissions.js';
import { nodeWarning } from './nodes.js';

/** Checks, in parallel, everything that could make a later step fail: KubeVirt, CDI, permissions, namespace, nodes. */
export async function preflight(run: Run, subject: Subject): Promise<Done<{ makesNamespace: boolean }>> {
  const { context, request, deadline: { signal } } = run;
  const { namespace } = subject;
  if (request.wait) requireEvidence(context, request.waitFor, subject.hubHostname);
  // The first answer also shows whether there is no cluster or no login; the port has the words for it.
  const wantsDisk = usesDataVolumes(subject.device);
  const [kubevirt, cdi, missing, ofNamespace, nodes] = await Promise.all([
    context.cluster.serves('kubevirt.io/v1', { signal }),
    wantsDisk ? context.cluster.serves('cdi.kubevirt.io/v1beta1', { signal }) : true,
    // Rights can be checked in a namespace that does not exist yet.
    missingPermissions(context, namespace, neededForCreate(request, subject.device), signal),
    request.namespacePerDevice ? lookAtNamespace(run, namespace) : { isMissing: false, missingRights: [] },
    // Nobody reads the warnings of a controller; the scheduler's own words become a cause.
    request.owner === undefined ? nodeWarning(context, signal) : undefined,
  ]);
  if (!kubevirt) throw noKubeVirt(context.cluster.server);
  if (!cdi) throw noCdi(context.cluster.server);
  if (ofNamespace.missingRights.length > 0) throw namespaceForbidden(namespace, [...ofNamespace.missingRights, ...missing]);
  if (missing.length > 0) throw forbidden(namespace, missing);
  if (nodes !== undefined) warn(run, nodes);
  return { value: { makesNamespace: ofNamespace.isMissing } };
}

function noKubeVirt(server: string): EdgeVmError {
  return new EdgeVmError('no-kubevirt', `the cluster at ${server} does not serve kubevirt.io/v1`, {
    hint: 'Install KubeVirt (https://kubevirt.io/user-guide/cluster_admin/installation/), or choose another context', advice: use('context'),
  });
}

function noCdi(server: string): EdgeVmError {
  return new EdgeVmError('no-cdi', `the cluster at ${server} does not serve cdi.kubevirt.io/v1beta1, which makes the root disk`, {
    hint: 'Install the Containerized Data Importer (CDI); the root disk of a device is a DataVolume.',
  });
}

function namespaceForbidden(namespace: string, missing: string[]): EdgeVmError {
  return new EdgeVmError('forbidden', `not allowed to create namespace ${namespace} for the device: ${missing.join(', ')}`, {
    hint: `A namespace for each device needs a ClusterRole (docs/rbac.md). Or ask the administrator of the cluster to make namespace ${namespace}, or put the device into an existing one`, advice: use('namespace'),
    details: { missing },
  });
}

function forbidden(namespace: string, missing: string[]): EdgeVmError {
  return new EdgeVmError('forbidden', `not allowed in namespace ${namespace}: ${missing.join(', ')}`, {
    hint: 'docs/rbac.yaml has the smallest Role that is enough; ask the administrator of the cluster to bind it to you.',
    details: { missing },
  });
}
