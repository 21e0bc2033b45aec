import { use } from '../support/advice.js';
import { EdgeVmError } from '../support/errors.js';
import { isGitOpsManager } from './gitops.js';
import { maskSecrets } from './mask.js';
import { fieldConflicts, parseStatus } from './status.js';
import type { Status } from './status.js';

/** What a request was about, for the words of its error. Holds no body. */
export interface Subject {
  /** `apply`, `get`, `list`, `watch`, `create`, `patch`, `delete`, `read the log of`, `start`, … */
  verb: string;
  /** `VirtualMachine/gw-01`, `pods`. */
  what: string;
  /** API group; empty for the core group. */
  group: string;
  server: string;
  /** Gives the texts that must not appear in an error. Nearly no call needs them, and a Secret is large. */
  secrets?: () => readonly string[];
}

const longest = 2000;

/** The credentials were not accepted. */
export function isUnauthorized(error: unknown): boolean {
  return EdgeVmError.is(error) && error.code === 'cluster-unauthorized' && error.details['status'] === 401;
}

/** For an answer that is not from an API server but from a firewall, a gateway or a web server. The error never has its text, and its code is no `status` of the API. */
export function notAnApiServer(server: string, code: number): EdgeVmError {
  return new EdgeVmError('no-cluster', `${server} answers with HTTP ${code}, but not as an API server`, {
    hint: 'Check the server URL, also its path, and this context. Perhaps a firewall or a proxy on the way answers instead', details: { answered: code },
  });
}

/** A part of `Location`: the part after the host may be a token. */
function redirected(server: string, code: number, location: string | undefined): EdgeVmError {
  const to = location !== undefined && URL.canParse(location, server) ? new URL(location, server).origin : 'another address';
  return new EdgeVmError('no-cluster', `${server} redirects to ${to} (HTTP ${code}), as a login page does`, {
    hint: 'Log in to the network or the gateway, or check the server URL and proxies', details: { answered: code },
  });
}

/** Status codes that an API server always explains with a Status object. */
const explained = new Set([400, 403, 409, 413, 422]);

/** The error for an answer of 300 or more. */
export function responseError(code: number, body: string, subject: Subject, headers: { location?: string | undefined } = {}): EdgeVmError {
  const status = parseStatus(body);
  if (code < 400 && code !== 304) return redirected(subject.server, code, headers.location);
  if (status === undefined && code !== 401 && code < 500 && (explained.has(code) && subject.group !== 'subresources.kubevirt.io' || isPage(body))) return notAnApiServer(subject.server, code);
  const words = wordsOf(status, code, subject);
  const details = { status: code, ...(status?.reason === undefined ? {} : { reason: status.reason }) };
  switch (code) {
    case 401:
      return new EdgeVmError('cluster-unauthorized', `${subject.server} does not accept the credentials of this context`, {
        hint: 'Log in again, or choose another context', advice: use('context'), details,
      });
    case 403:
      return forbidden(words, subject, details);
    case 404:
      return notFound(status, subject, words, details);
    case 409:
      return conflict(status, subject, words, details);
    case 400:
    case 413:
    case 422:
      return refused(status, subject, words, details);
    default:
      return serverError(code, subject, words, details);
  }
}

/** A page for people instead of an answer for programs. */
function isPage(body: string): boolean {
  return /^\s*<(?:!doctype|html|head|body|\?xml)/i.test(body);
}

function wordsOf(status: Status | undefined, code: number, subject: Subject): string {
  const text = status?.message?.trim() || `HTTP ${code}`;
  const masked = maskSecrets(text, subject.secrets?.() ?? []);
  return masked.length > longest ? `${masked.slice(0, longest)}…` : masked;
}

type Details = Record<string, unknown>;

// RBAC's words: `User "x" cannot get resource "pods" in API group "" in the namespace "y"`. Quota, PodSecurity and webhooks are 403 too.
const rbac = /cannot (\S+) (?:resource "([^"]+)"|path "([^"]+)")(?: in API group "([^"]*)")?(?: in the namespace "([^"]+)")?/;

function forbidden(words: string, subject: Subject, details: Details): EdgeVmError {
  const match = rbac.exec(words);
  if (!match) return refusal(words, subject, details);
  // `https://host/wrong/apis`: nobody may ask for a path that is not part of the API.
  const prefix = new URL(subject.server).pathname;
  if (prefix !== '/' && match[3]?.startsWith(prefix) === true) return notAnApiServer(subject.server, 403);
  const [, verb, resource = match[3], , group, namespace] = match;
  return new EdgeVmError('forbidden', `not allowed to ${subject.verb} ${subject.what}: ${words}`, {
    hint: `The role needs verb "${verb}" on "${resource}"${group ? ` in API group "${group}"` : ''}; the least that edge-vm needs is in docs/rbac.md`,
    details: { ...details, verb, resource, ...(group === undefined ? {} : { group }), ...(namespace === undefined ? {} : { namespace }) },
  });
}

function notFound(status: Status | undefined, subject: Subject, words: string, details: Details): EdgeVmError {
  // The details name a missing object (or namespace), but not a type that the server does not serve.
  if (status?.details?.name) return new EdgeVmError('not-found', words, { details: { ...details, name: status.details.name, kind: status.details.kind } });
  return notServed(subject, details);
}

function notServed(subject: Subject, details: Details): EdgeVmError {
  if (subject.group === 'cdi.kubevirt.io') {
    return new EdgeVmError('no-cdi', `${subject.server} has no Containerized Data Importer (API group ${subject.group})`, {
      hint: 'Install CDI: https://github.com/kubevirt/containerized-data-importer', details,
    });
  }
  if (subject.group.endsWith('kubevirt.io')) {
    return new EdgeVmError('no-kubevirt', `${subject.server} has no KubeVirt (API group ${subject.group})`, {
      hint: 'Install KubeVirt: https://kubevirt.io/user-guide/cluster_admin/installation/', details,
    });
  }
  return new EdgeVmError('not-found', `${subject.server} does not serve ${subject.what}`, { details });
}

function conflict(status: Status | undefined, subject: Subject, words: string, details: Details): EdgeVmError {
  const conflicts = fieldConflicts(status);
  if (conflicts.length === 0) {
    return new EdgeVmError('conflict', `cannot ${subject.verb} ${subject.what}: ${words}`, {
      hint: status?.reason === 'AlreadyExists' ? 'Somebody else has made it; look at it first' : 'It was changed at the same time; do it again', details,
    });
  }
  const fields = [...new Set(conflicts.map((c) => c.field))];
  const managers = [...new Set(conflicts.map((c) => c.manager))];
  return new EdgeVmError('field-conflict', `${subject.what}: ${fields.join(', ')} ${fields.length === 1 ? 'is' : 'are'} owned by ${managers.join(', ')}`, {
    hint: ownedHint(managers), advice: use('takeOwnership'), details: { ...details, fields, managers, conflicts },
  });
}

function ownedHint(managers: readonly string[]): string {
  const gitOps = managers.find(isGitOpsManager);
  if (gitOps === undefined) return 'Leave the fields as they are, or take them over';
  return `Change the fields in the repository that ${gitOps} applies. If you take them over, it soon sets them back`;
}

function refused(status: Status | undefined, subject: Subject, words: string, details: Details): EdgeVmError {
  const causes = (status?.details?.causes ?? []).map((c) => ({ field: c.field, message: maskSecrets(c.message ?? '', subject.secrets?.() ?? []) }));
  return refusal(words, subject, causes.length === 0 ? details : { ...details, causes });
}

function refusal(words: string, subject: Subject, details: Details): EdgeVmError {
  const webhook = /(?:admission webhook|calling webhook) "([^"]+)"/.exec(words)?.[1];
  return new EdgeVmError('admission-refused', `cannot ${subject.verb} ${subject.what}: ${words}`, {
    details: webhook === undefined ? details : { ...details, webhook },
  });
}

function serverError(code: number, subject: Subject, words: string, details: Details): EdgeVmError {
  // For an object that does not fit the schema, server-side apply answers 500, but a create answers 400.
  if (code === 500 && /failed to (?:create typed|convert) /.test(words)) return refusal(words, subject, details);
  if (/failed calling webhook/.test(words)) {
    const { message, details: found } = refusal(words, subject, details);
    return new EdgeVmError('admission-refused', message, { hint: 'The webhook does not answer: are its pods (virt-api, cdi-apiserver) running?', details: found });
  }
  return new EdgeVmError('no-cluster', `${subject.server} cannot ${subject.verb} ${subject.what} now: ${words}`, {
    hint: code === 429 ? 'The API server is overloaded; try again later' : 'The API server, or an API behind it, is not well; try again later', details,
  });
}
