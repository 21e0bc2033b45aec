/** What was sent since the connection was made. */
export interface ClusterStats {
  requests: number;
  connections: number;
  /** Answers that asked to wait (429). */
  throttled: number;
  /** Requests by `verb resource code`, e.g. `apply virtualmachines 200`; the code is `none` if no answer came. Each attempt counts. */
  readonly calls: ReadonlyMap<string, number>;
}

interface Sent {
  method: string;
  path: string;
  contentType?: string;
}

/** Counts requests and answers. */
export class Traffic implements ClusterStats {
  requests = 0;
  connections = 0;
  throttled = 0;
  readonly calls = new Map<string, number>();

  answered(sent: Sent, code: number | undefined): void {
    const key = `${callOf(sent)} ${code ?? 'none'}`;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
    if (code === 429) this.throttled += 1;
  }
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', DELETE: 'delete' };

/** Verb and resource of a request, without names, so that there are few of them: `get secrets`, `create virtualmachines/start`, `get /version`. */
export function callOf({ method, path, contentType = '' }: Sent): string {
  const [plain = '', query = ''] = path.split('?', 2);
  const match = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/(?=[^/]+))?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(plain);
  if (match === null) return `${method === 'GET' ? 'get' : verbs[method] ?? 'patch'} ${/^\/(?:apis?|version)(?=\/|$)/.exec(plain)?.[0] ?? 'other'}`;
  const [, resource = '', name, subresource] = match;
  const reading = /(?:^|&)watch=true/.test(query) ? 'watch' : name === undefined ? 'list' : 'get';
  const verb = method === 'GET' ? reading : method === 'PATCH' ? (contentType.includes('apply-patch') ? 'apply' : 'patch') : verbs[method] ?? method.toLowerCase();
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}
