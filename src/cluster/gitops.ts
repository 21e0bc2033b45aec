import type { KubeObject } from './types.js';

/**
 * Field managers of the GitOps tools: kustomize-controller and helm-controller (Flux), argocd-controller (Argo CD, with
 * client-side and with server-side apply).
 */
const managers = new Set(['kustomize-controller', 'helm-controller', 'argocd-controller']);

export function isGitOpsManager(manager: string): boolean {
  return managers.has(manager);
}

/**
 * Who keeps the object as it is in a repository, in words: `Kustomization flux-system/devices (Flux)`. From the labels of
 * Flux and the tracking annotation of Argo CD, else from the field managers; `undefined` if nobody does.
 */
export function gitOpsSourceOf({ metadata }: KubeObject): string | undefined {
  const { labels = {}, annotations = {} } = metadata;
  for (const [kind, prefix] of [['Kustomization', 'kustomize.toolkit.fluxcd.io'], ['HelmRelease', 'helm.toolkit.fluxcd.io']] as const) {
    const [name, namespace] = [labels[`${prefix}/name`], labels[`${prefix}/namespace`]];
    if (name !== undefined) return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} (Flux)`;
  }
  const application = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0];
  if (application !== undefined) return `Application ${application} (Argo CD)`;
  return metadata.managedFields?.find(({ manager }) => manager !== undefined && isGitOpsManager(manager))?.manager;
}
