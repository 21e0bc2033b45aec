import { textAt } from '../support/plain.js';

/** `meta/v1 Status`: what the API server answers instead of an object. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  kind: 'Status';
  status?: string;
  code?: number;
  reason?: string;
  message?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** The Status in a body; `undefined` for anything else (a proxy's page, `404 page not found`). */
export function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is Status {
  return textAt(value, 'kind') === 'Status';
}

/** One field that another manager owns. */
export interface FieldConflict {
  field: string;
  manager: string;
}

/** Conflicts of a server-side apply. Only the text of the cause has the manager: `conflict with "kubectl-edit" using v1`. */
export function fieldConflicts(status: Status | undefined): FieldConflict[] {
  return (status?.details?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({ field: cause.field ?? '', manager: /conflict with "((?:[^"\\]|\\.)*)"/.exec(cause.message ?? '')?.[1] ?? 'unknown' }));
}
