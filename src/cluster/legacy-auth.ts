import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { Fields } from './kubeconfig-fields.js';

/** A token is not used in these last milliseconds before its end. */
const marginMs = 10_000;

const removed: Readonly<Record<string, string>> = {
  azure: 'Use kubelogin (https://azure.github.io/kubelogin/): `kubelogin convert-kubeconfig` changes the kubeconfig',
  gcp: 'Use gke-gcloud-auth-plugin: `gcloud container clusters get-credentials` writes the kubeconfig again',
};

/**
 * The token of a user with `auth-provider`, which is older than credential plugins. kubectl still has only `oidc`. The token is
 * used until it expires. edge-vm does not refresh it: the new refresh token must go into the kubeconfig, and that file
 * belongs to kubectl.
 */
export function legacyToken(provider: Fields, context: string, clock: Clock): { headers: Record<string, string>; until: number } {
  const name = provider.text('name') ?? '';
  if (name !== 'oidc') {
    throw new EdgeVmError('cluster-unauthorized', `context "${context}" logs in by the auth provider "${name}", which Kubernetes no longer has`, {
      hint: removed[name] ?? 'Use a credential plugin: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins',
    });
  }
  const token = provider.mapping('config')?.text('id-token');
  const end = token === undefined ? 0 : endOf(token);
  if (token !== undefined && clock.now() < end - marginMs) return { headers: { Authorization: `Bearer ${token}` }, until: end - marginMs };
  throw new EdgeVmError('cluster-unauthorized', `the oidc token of context "${context}" ${token === undefined ? 'is missing' : 'has expired'}`, {
    hint: 'Run `kubectl get --raw /version`: it gets a new token and writes it into the kubeconfig. Then run this again. Or log in by a credential plugin (https://github.com/int128/kubelogin)',
  });
}

/** Milliseconds since the epoch; 0 if the text is no JWT, or has no end. */
function endOf(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : 0;
  } catch {
    return 0;
  }
}
