import { check } from '../spec/validate/check.js';
import { at } from '../spec/validate/path.js';
import { isMapping, record, type Mapping } from '../support/plain.js';
import { checkModule } from './module.js';
import { fieldsTo } from './reporter.js';
import { agentDesired, agentModule, otherModule, registryCredential } from './schema.js';
import type { Reporter } from './types.js';

/** Docker makes a container of this name, and the hub an identity of at most 128 characters. */
const moduleName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Checks all of `$edgeAgent`'s desired properties. */
export function checkAgent(desired: unknown, field: string, reporter: Reporter): void {
  check(agentDesired, desired, { field, secret: false }, fieldsTo(reporter));
  const { runtime, systemModules, modules } = record(desired) ?? {};
  const settings = record(record(runtime)?.['settings']);
  if (settings !== undefined) checkEngine(settings, `${field}.runtime.settings`, reporter);
  const system = record(systemModules) ?? {};
  if (isMapping(system['edgeAgent'])) checkModule(agentModule, system['edgeAgent'], `${field}.systemModules.edgeAgent`, reporter);
  if (isMapping(system['edgeHub'])) {
    checkModule(otherModule, system['edgeHub'], `${field}.systemModules.edgeHub`, reporter);
    if (system['edgeHub']['status'] === 'stopped') reporter.warn({ kind: 'invalid', field: `${field}.systemModules.edgeHub.status`, message: 'is stopped, so that no module reaches the hub' });
  }
  for (const [name, entry] of Object.entries(record(modules) ?? {})) checkNamedModule(name, entry, at(`${field}.modules`, name), reporter);
}

/** Checks one module that is not a system module. */
export function checkNamedModule(name: string, entry: unknown, field: string, reporter: Reporter): void {
  if (!moduleName.test(name)) reporter.problem({ kind: 'invalid', field, message: 'the name of a module must have 1 to 128 letters, digits, "-" and "_", and begin with a letter or digit' });
  else if (name === 'edgeAgent' || name === 'edgeHub') reporter.problem({ kind: 'conflict', field, message: 'is the name of a system module: its place is systemModules' });
  checkModule(otherModule, entry, field, reporter);
}

function checkEngine({ loggingOptions, registryCredentials }: Mapping, field: string, reporter: Reporter): void {
  if (typeof loggingOptions === 'string' && loggingOptions.trim() !== '' && !isJsonMapping(loggingOptions)) {
    reporter.problem({ kind: 'invalid', field: `${field}.loggingOptions`, message: 'must be the JSON text of a mapping, such as {"type":"json-file"}' });
  }
  for (const [name, entry] of Object.entries(record(registryCredentials) ?? {})) {
    const own = at(`${field}.registryCredentials`, name);
    check(registryCredential, entry, { field: own, secret: true }, fieldsTo(reporter));
    if (isMapping(entry) && typeof entry['password'] === 'string') {
      reporter.warn({ kind: 'invalid', field: `${own}.password`, message: 'is a password in clear text: everybody who may read the manifest can read it; use passwordSecretRef: {name, key}' });
    }
  }
}

function isJsonMapping(text: string): boolean {
  try {
    return isMapping(JSON.parse(text));
  } catch {
    return false;
  }
}
