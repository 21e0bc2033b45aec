import { at } from '../spec/validate/path.js';
import { isMapping, record, type Mapping } from '../support/plain.js';
import { isPart, joinParts, splitOptions } from './create-options.js';
import type { ModulesContent, PasswordRef } from './types.js';

/** Key of a twin's desired properties in `modulesContent`. A layer adds `.PATH` to it. */
export const DESIRED = 'properties.desired';

/** A copy without fields that are null: in desired properties, null means that there is no such field. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => (entry === null ? null : withoutNulls(entry)));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined).map(([key, entry]) => [key, withoutNulls(entry)]));
}

/** Changes each module entry in `$edgeAgent`'s part of a manifest, also in that of a layer. */
export function mapModules(agent: Mapping, change: (module: Mapping) => Mapping): Mapping {
  const all = (group: unknown): unknown => (isMapping(group) ? mapValues(group, (module) => (isMapping(module) ? change(module) : module)) : group);
  return Object.fromEntries(Object.entries(agent).map(([key, value]) => {
    if (!isMapping(value)) return [key, value];
    if (key === DESIRED) return [key, { ...value, ...mapValues(pick(value, ['systemModules', 'modules']), all) }];
    if (/^properties\.desired\.(?:modules|systemModules)\.[^.]+$/.test(key)) return [key, change(value)];
    return [key, /^properties\.desired\.(?:modules|systemModules)$/.test(key) ? all(value) : value];
  }));
}

/** A module entry as the hub has to get it: options as text in parts, nothing that the hub writes itself. */
export function moduleForHub({ configuration: _hub, ...module }: Mapping): Mapping {
  const settings = record(module['settings']);
  return settings === undefined ? module : { ...module, settings: { ...Object.fromEntries(Object.entries(settings).filter(([key]) => !isPart(key))), ...optionsForHub(settings) } };
}

function optionsForHub(settings: Mapping): Mapping {
  const parts = Object.fromEntries(Object.entries(settings).filter(([key]) => isPart(key)));
  if (Object.keys(parts).length === 0) return {};
  const joined = joinParts(settings);
  if ('problem' in joined) return parts;
  return splitOptions('text' in joined ? joined.text : JSON.stringify(joined.mapping));
}

/** The references to passwords in a manifest; `field` is the path of `modulesContent`. */
export function passwordRefsOf(modulesContent: ModulesContent, field: string): PasswordRef[] {
  return Object.entries(credentialsOf(modulesContent)).flatMap(([registry, entry]) => {
    const ref = record(record(entry)?.['passwordSecretRef']);
    if (typeof ref?.['name'] !== 'string') return [];
    const key = ref['key'];
    const own = at(`${at(at(field, '$edgeAgent'), DESIRED)}.runtime.settings.registryCredentials`, registry);
    return [{ registry, field: `${own}.passwordSecretRef`, name: ref['name'], ...(typeof key === 'string' ? { key } : {}) }];
  });
}

function credentialsOf(modulesContent: ModulesContent): Mapping {
  return record(record(record(record(modulesContent['$edgeAgent']?.[DESIRED])?.['runtime'])?.['settings'])?.['registryCredentials']) ?? {};
}

/** `value` with the fields on the path replaced by what `change` makes of them, if they are there. */
export function replaceAt(value: unknown, path: readonly string[], change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (!isMapping(value) || !Object.hasOwn(value, key)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, name === key ? replaceAt(entry, rest, change) : entry]));
}

function mapValues(value: Mapping, change: (entry: unknown) => unknown): Mapping {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, change(entry)]));
}

function pick(value: Mapping, keys: readonly string[]): Mapping {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(value, key)).map((key) => [key, value[key]]));
}
