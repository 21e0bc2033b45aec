import { use } from '../support/advice.js';
import { systemClock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { AccessToken, TokenCredential } from './types.js';

/**
 * Entra ID through `@azure/identity`, which is not a dependency: it is large, and few people need it. The compiler and the
 * bundler must not see the name, or they would look for the package.
 */
export async function defaultCredential(load: () => Promise<unknown> = loadIdentity): Promise<TokenCredential> {
  let found: { DefaultAzureCredential?: new () => TokenCredential };
  try {
    found = (await load()) as typeof found;
  } catch (cause) {
    throw new EdgeVmError('missing-prerequisite', 'signing in to the hub with Entra ID needs the package @azure/identity', {
      hint: 'Install it beside edge-vm (npm install @azure/identity; with -g if edge-vm is installed with -g), or give a service connection string of that hub', advice: use('hubConnectionString'), cause,
    });
  }
  if (!found.DefaultAzureCredential) throw new EdgeVmError('missing-prerequisite', 'this version of @azure/identity has no DefaultAzureCredential', { hint: 'Install @azure/identity 4 or later' });
  return new found.DefaultAzureCredential();
}

function loadIdentity(): Promise<unknown> {
  const name = '@azure/identity';
  return import(name);
}

/** Keeps a token until shortly before it expires: some credentials start a program (`az`) at each call. */
export function caching(credential: TokenCredential, marginMs = 5 * 60_000): TokenCredential {
  let kept: AccessToken | undefined;
  return {
    async getToken(scopes) {
      if (kept && kept.expiresOnTimestamp - systemClock.now() > marginMs) return kept;
      try {
        kept = (await credential.getToken(scopes)) ?? undefined;
      } catch {
        kept = undefined;
      }
      // Its messages are long, name tenants and commands, and differ by version. The hint says how to see them.
      if (!kept) throw new EdgeVmError('hub-forbidden', 'signing in with Entra ID failed', { hint: 'Run `az login`, or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the workload identity; AZURE_LOG_LEVEL=info shows more' });
      return kept;
    },
  };
}
