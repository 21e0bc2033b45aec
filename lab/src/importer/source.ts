import type { KubeObject } from 'edge-vm';

/** Where a DataVolume's content comes from: the kinds that the lab distinguishes. */
export type DiskSource =
  | { kind: 'registry' | 'http'; url: string }
  | { kind: 'blank' }
  | { kind: 'clone'; namespace: string; name: string }
  | { kind: 'upload' }
  | { kind: 'other'; name: string };

/** Reads `spec.source`. The caller resolves a `sourceRef` and passes the DataSource's own source. */
export function sourceOf(dataVolume: KubeObject, referred?: Record<string, unknown>): DiskSource {
  const source = referred ?? (dataVolume.spec?.source as Record<string, unknown> | undefined) ?? {};
  const [name, value] = Object.entries(source).find(([, content]) => content !== undefined && content !== null) ?? ['none', {}];
  const fields = value as { url?: string; imageStream?: string; namespace?: string; name?: string };
  switch (name) {
    case 'registry':
    case 'http':
      return { kind: name, url: fields.url ?? fields.imageStream ?? '' };
    case 'blank':
    case 'upload':
      return { kind: name };
    case 'pvc':
      return { kind: 'clone', namespace: fields.namespace ?? dataVolume.metadata.namespace ?? 'default', name: fields.name ?? '' };
    default:
      return { kind: 'other', name };
  }
}

/** Why the content cannot be fetched, in CDI's words; undefined if it can. Only hosts under `.invalid` fail. */
export function failureOf(source: DiskSource): { reason: string; message: string } | undefined {
  if (source.kind !== 'registry' && source.kind !== 'http') return undefined;
  const host = hostOf(source.url);
  if (host !== 'invalid' && !host.endsWith('.invalid')) return undefined;
  const lookup = `dial tcp: lookup ${host}: no such host`;
  return source.kind === 'registry'
    ? { reason: 'ImagePullFailed', message: `Unable to process data: failed to pull image: pinging container registry ${host}: Get "https://${host}/v2/": ${lookup}` }
    : { reason: 'Error', message: `Unable to connect to http data source: Get "${source.url}": ${lookup}` };
}

// `docker://host:port/path`, `https://host/path`, or a registry's reference without a scheme.
function hostOf(url: string): string {
  const withoutScheme = url.replace(/^[a-z-]+:\/\//i, '');
  return (withoutScheme.split('/')[0] ?? '').replace(/:\d+$/, '').toLowerCase();
}
