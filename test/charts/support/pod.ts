import type { Rendered } from '../../helpers/helm.js';

interface Container {
  name: string;
  image: string;
  args: string[];
  env: { name: string; value?: string }[];
  securityContext: object;
}

/** The part of a pod's spec that the tests look at. */
export interface Pod {
  containers: Container[];
  securityContext: object;
  volumes: { name: string; secret?: { secretName: string; items: { key: string }[] } }[];
  imagePullSecrets?: unknown[];
  priorityClassName?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: unknown[];
  topologySpreadConstraints: { topologyKey: string }[];
}

export interface Deployment extends Rendered {
  spec: { replicas: number; template: { metadata: { labels: Record<string, string> }; spec: Pod } };
}

export function deploymentOf(objects: readonly Rendered[]): Deployment {
  const found = objects.find(({ kind }) => kind === 'Deployment');
  if (found === undefined) throw new Error('the chart renders no Deployment');
  return found as Deployment;
}

export function podOf(objects: readonly Rendered[]): Pod {
  return deploymentOf(objects).spec.template.spec;
}

/** Variables of the operator's container with their values. */
export function environmentOf(objects: readonly Rendered[]): Map<string, string | undefined> {
  return new Map(podOf(objects).containers[0]!.env.map(({ name, value }) => [name, value]));
}
