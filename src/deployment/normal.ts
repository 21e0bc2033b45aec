import { isMapping, record, type Mapping } from '../support/plain.js';
import { isPart, joinParts, readOptions } from './create-options.js';
import { withoutNulls } from './desired.js';

/**
 * The normal form of `$edgeAgent`'s desired properties: two of them are equal if and only if edgeAgent sees no difference.
 * Keys are in order, `createOptions` is a mapping, and nothing is left of what the hub adds (`$version`, `$metadata`, `configuration`).
 */
function normalAgent(desired: Mapping): Mapping {
  const plain = normalDesired(desired);
  const groups = ['modules', 'systemModules'].filter((group) => isMapping(plain[group]));
  return sorted({ ...plain, ...Object.fromEntries(groups.map((group) => [group, normalModules(plain[group] as Mapping)])) }) as Mapping;
}

/** The normal form of the desired properties of any other module. */
function normalDesired(desired: Mapping): Mapping {
  return sorted(withoutNulls(Object.fromEntries(Object.entries(desired).filter(([key]) => !key.startsWith('$'))))) as Mapping;
}

/** The normal form of the desired properties of a module, whichever it is. */
export function normalOf(module: string, desired: Mapping): Mapping {
  return module === '$edgeAgent' ? normalAgent(desired) : normalDesired(desired);
}

function normalModules(modules: Mapping): Mapping {
  return Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, isMapping(module) ? normalModule(module) : module]));
}

function normalModule({ configuration: _hub, ...module }: Mapping): Mapping {
  const settings = record(module['settings']);
  if (settings === undefined) return module;
  const rest = Object.fromEntries(Object.entries(settings).filter(([key]) => !isPart(key)));
  const options = normalOptions(settings);
  return { ...module, settings: options === undefined ? rest : { ...rest, createOptions: options } };
}

/** No options, an empty text and `{}` are the same, and so are an option that is null and no option. A text that nobody can read stays as it is. */
function normalOptions(settings: Mapping): unknown {
  const joined = joinParts(settings);
  if ('problem' in joined) return Object.fromEntries(Object.entries(settings).filter(([key]) => isPart(key)));
  const read = 'text' in joined ? readOptions(joined.text) : { options: joined.mapping };
  if ('problem' in read) return 'text' in joined ? joined.text : undefined;
  const options = withoutNulls(read.options) as Mapping;
  return Object.keys(options).length === 0 ? undefined : options;
}

/** Keys in order, in all depths. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}
