import { createHash } from 'node:crypto';
import type { KubeObject } from '../../cluster/types.js';
import type { HubConfiguration, NewConfiguration } from '../../hub/types.js';
import type { EdgeDeploymentSpec } from './types.js';
import type { Wanted } from './wanted.js';

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** The hub takes at most 128 characters: https://learn.microsoft.com/rest/api/iothub/service/configuration/create-or-update */
const longestName = 128 - 'edge-vm-'.length - 2 * 9;

/**
 * The automatic deployment of an EdgeDeployment in the hub. The hub never changes the content of a configuration, so the id has a hash of it: a
 * new content is a new configuration, which exists before the old one goes, so that no device loses its deployment in between.
 */
export function configurationFor(resource: KubeObject, spec: EdgeDeploymentSpec, { content, publicDigest }: Wanted): NewConfiguration {
  const { namespace = '', name, uid = '' } = resource.metadata;
  const slug = `${namespace}-${name}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-').slice(0, longestName);
  const digest = publicDigest.slice(0, 8);
  return {
    id: `edge-vm-${slug}-${hash(`${namespace}/${name}`, 8)}-${digest}`,
    labels: { createdBy: 'edge-vm', namespace, name: name.slice(0, 128), uid, content: digest },
    content: { modulesContent: content }, targetCondition: spec.targetCondition, priority: spec.priority,
  };
}

/** True if this EdgeDeployment made the configuration. */
export function isOwn({ labels }: Pick<HubConfiguration, 'labels'>, { metadata }: KubeObject): boolean {
  return labels?.['createdBy'] === 'edge-vm' && labels['uid'] === metadata.uid;
}

/** What somebody changed in the hub; the content cannot change. */
export function driftOf(wanted: NewConfiguration, live: HubConfiguration): string[] {
  const labels = Object.entries(wanted.labels ?? {}).filter(([key, value]) => live.labels?.[key] !== value).map(([key]) => `labels.${key}`);
  return [...(live.targetCondition === wanted.targetCondition ? [] : ['targetCondition']), ...(live.priority === wanted.priority ? [] : ['priority']), ...labels];
}
