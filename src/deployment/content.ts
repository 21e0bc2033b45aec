import { isMapping, record, type Mapping } from '../support/plain.js';
import { DESIRED, mapModules, moduleForHub, replaceAt, withoutNulls } from './desired.js';
import type { ModulesContent } from './types.js';

const credentials = [DESIRED, 'runtime', 'settings', 'registryCredentials'];

/**
 * A checked manifest as the hub has to get it: `createOptions` as text in parts of 512 characters, no null, and the passwords
 * of `passwordSecretRef`, by registry. **With passwords the result holds secrets**: give it to the hub, and drop it.
 */
export function contentForHub(modulesContent: ModulesContent, passwords: ReadonlyMap<string, string> = new Map()): ModulesContent {
  const plain = withoutNulls(modulesContent) as ModulesContent;
  const agent = plain['$edgeAgent'];
  if (agent === undefined) return plain;
  return { ...plain, $edgeAgent: replaceAt(mapModules(agent, moduleForHub), credentials, (all) => withPasswords(all, passwords)) as Mapping };
}

function withPasswords(all: unknown, passwords: ReadonlyMap<string, string>): unknown {
  if (!isMapping(all)) return all;
  return Object.fromEntries(Object.entries(all).map(([registry, entry]) => {
    const { passwordSecretRef, ...rest } = record(entry) ?? {};
    const password = passwords.get(registry);
    return [registry, passwordSecretRef === undefined ? entry : { ...rest, ...(password === undefined ? {} : { password }) }];
  }));
}
