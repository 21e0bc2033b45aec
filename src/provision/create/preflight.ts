import { EdgeVmError } from '../../support/errors.js';
import type { CreateState, CreateStep } from './state.js';
import { warn } from './state.js';
import { missingPermissions } from '../common/permissions.js';
import { requireProvable } from '../common/provable.js';
import { checkNamespace } from './namespace.js';
import { neededForCreate } from './permissions.js';
import { nodeWarning } from './nodes.js';
import { usesDataVolumes } from './render.js';

/** Asks, at once and in parallel, all that would make a later step fail: KubeVirt, CDI, permissions, namespace, nodes. */
export const preflight: CreateStep = {
  name: 'preflight',
  async run(state) {
    const { context, request } = state;
    if (request.wait) requireProvable(context, request.waitFor, state.device.hubHostname);
    const { signal } = state.deadline;
    // The first answer also tells apart "no cluster" and "not logged in", with the port's own words.
    const wantsDisk = usesDataVolumes(state.request.device);
    const [kubevirt, cdi, missing, missingForNamespace, nodes] = await Promise.all([
      context.cluster.serves('kubevirt.io/v1', { signal }),
      wantsDisk ? context.cluster.serves('cdi.kubevirt.io/v1beta1', { signal }) : true,
      // Rights can be asked for in a namespace that is still to be made.
      missingPermissions(context, state.namespace, neededForCreate(state.request, wantsDisk), signal),
      checkNamespace(state),
      nodeWarning(context, signal),
    ]);
    if (!kubevirt) throw noKubeVirt(state);
    if (!cdi) throw noCdi(state);
    if (missingForNamespace.length > 0) throw namespaceForbidden(state, [...missingForNamespace, ...missing]);
    if (missing.length > 0) throw forbidden(state, missing);
    if (nodes !== undefined) warn(state, nodes);
  },
};

function noKubeVirt(state: CreateState): EdgeVmError {
  return new EdgeVmError('no-kubevirt', `the cluster at ${state.context.cluster.server} does not serve kubevirt.io/v1`, {
    hint: 'Install KubeVirt (https://kubevirt.io/user-guide/cluster_admin/installation/), or choose another --context.',
  });
}

function noCdi(state: CreateState): EdgeVmError {
  return new EdgeVmError('no-cdi', `the cluster at ${state.context.cluster.server} does not serve cdi.kubevirt.io/v1beta1, which makes the root disk`, {
    hint: 'Install the Containerized Data Importer (CDI); the root disk of a device is a DataVolume.',
  });
}

function namespaceForbidden({ namespace }: CreateState, missing: string[]): EdgeVmError {
  return new EdgeVmError('forbidden', `not allowed to make namespace ${namespace} for the device: ${missing.join(', ')}`, {
    hint: `--namespace-per-device needs a ClusterRole (docs/rbac.md). Or ask who runs the cluster to make namespace ${namespace}, or put the device into one that exists with --namespace.`,
    details: { missing },
  });
}

function forbidden(state: CreateState, missing: string[]): EdgeVmError {
  return new EdgeVmError('forbidden', `not allowed in namespace ${state.namespace}: ${missing.join(', ')}`, {
    hint: 'docs/rbac.yaml has the smallest Role that suffices; ask who runs the cluster to bind it to you.',
    details: { missing },
  });
}
