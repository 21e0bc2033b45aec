import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { Fields } from './kubeconfig-fields.js';

/** Milliseconds before its end from which a token is not used any more. */
const marginMs = 10_000;

const removed: Readonly<Record<string, string>> = {
  azure: 'Use kubelogin (https://azure.github.io/kubelogin/): `kubelogin convert-kubeconfig` changes the kubeconfig',
  gcp: 'Use gke-gcloud-auth-plugin: `gcloud container clusters get-credentials` writes the kubeconfig anew',
};

/**
 * The token of a user with `auth-provider`, the way before credential plugins. Only `oidc` is left of it in kubectl. Its token is used
 * while it counts. It is not refreshed here: the new refresh token would have to be written into the kubeconfig, which
 * is kubectl's.
 */
export function legacyToken(provider: Fields, context: string, clock: Clock): { headers: Record<string, string>; until: number } {
  const name = provider.text('name') ?? '';
  if (name !== 'oidc') {
    throw new EdgeVmError('cluster-unauthorized', `context "${context}" logs in by the auth provider "${name}", which Kubernetes does not have any more`, {
      hint: removed[name] ?? 'Use a credential plugin: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins',
    });
  }
  const token = provider.mapping('config')?.text('id-token');
  const end = token === undefined ? 0 : endOf(token);
  if (token !== undefined && clock.now() < end - marginMs) return { headers: { Authorization: `Bearer ${token}` }, until: end - marginMs };
  throw new EdgeVmError('cluster-unauthorized', `the oidc token of context "${context}" ${token === undefined ? 'is missing' : 'has expired'}`, {
    hint: 'Run `kubectl get --raw /version`, which gets a new one and writes it into the kubeconfig, then this again; or log in by a credential plugin (https://github.com/int128/kubelogin)',
  });
}

/** Milliseconds since the epoch; 0 for what is no JWT with an end. */
function endOf(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : 0;
  } catch {
    return 0;
  }
}
