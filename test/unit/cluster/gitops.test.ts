import assert from 'node:assert/strict';
import { gitOpsSourceOf } from '../../../src/cluster/gitops.js';
import type { KubeObject } from '../../../src/cluster/types.js';

const vm = (metadata: Partial<KubeObject['metadata']>): KubeObject => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw-01', ...metadata } });

describe('gitOpsSourceOf', () => {
  for (const [metadata, source] of [
    [{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'devices', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }, 'Kustomization flux-system/devices (Flux)'],
    [{ labels: { 'helm.toolkit.fluxcd.io/name': 'devices' } }, 'HelmRelease devices (Flux)'],
    [{ annotations: { 'argocd.argoproj.io/tracking-id': 'plant:kubevirt.io/VirtualMachine:edge/gw-01' } }, 'Application plant (Argo CD)'],
    // Argo CD with label tracking leaves no annotation.
    [{ managedFields: [{ manager: 'virt-controller', operation: 'Update' }, { manager: 'argocd-controller', operation: 'Update' }] }, 'argocd-controller'],
    [{ managedFields: [{ manager: 'edge-vm', operation: 'Apply' }, { manager: 'kubectl-edit', operation: 'Update' }] }, undefined],
    [{}, undefined],
  ] as const) {
    it(`finds ${source ?? 'nobody'} in ${JSON.stringify(metadata)}`, () => {
      assert.equal(gitOpsSourceOf(vm(metadata as Partial<KubeObject['metadata']>)), source);
    });
  }
});
