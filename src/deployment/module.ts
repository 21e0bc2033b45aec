import type { ObjectNode } from '../spec/schema/node.js';
import { check } from '../spec/validate/check.js';
import { at } from '../spec/validate/path.js';
import { gotOf } from '../support/shown.js';
import { isMapping, type Mapping } from '../support/plain.js';
import { isPart, joinParts, readOptions } from './create-options.js';
import { judgeDockerKey } from './docker-keys.js';
import { hasNoTag, judgeImage } from './image.js';
import { fieldsTo } from './reporter.js';
import type { Reporter } from './types.js';

/** Checks the entry of one module in `$edgeAgent`. */
export function checkModule(node: ObjectNode, value: unknown, field: string, reporter: Reporter): void {
  check(node, value, { field, secret: false }, fieldsTo(reporter));
  if (!isMapping(value)) return;
  if (isMapping(value['settings'])) checkSettings(value['settings'], `${field}.settings`, reporter);
  if (isMapping(value['env'])) checkEnv(value['env'], `${field}.env`, reporter);
  if (value['configuration'] !== undefined) reporter.warn({ kind: 'invalid', field: `${field}.configuration`, message: 'is written by the hub itself, and left out here' });
}

function checkSettings(settings: Mapping, field: string, reporter: Reporter): void {
  checkImage(settings['image'], `${field}.image`, reporter);
  for (const key of Object.keys(settings)) {
    if (key !== 'image' && key !== 'digest' && !isPart(key)) reporter.warn({ kind: 'unknown-field', field: at(field, key), message: 'is not a known field; known are image, createOptions' });
  }
  const joined = joinParts(settings);
  const own = `${field}.createOptions`;
  const read = 'text' in joined ? readOptions(joined.text) : joined;
  if ('problem' in read) return reporter.problem({ kind: 'invalid', field: own, message: read.problem });
  if ('lenient' in read && read.lenient) reporter.warn({ kind: 'invalid', field: own, message: 'is no strict JSON; edgeAgent reads it, other programs may not' });
  const options = 'mapping' in read ? read.mapping : read.options;
  checkDockerKeys(options, 'container', own, reporter);
  if (isMapping(options['HostConfig'])) checkDockerKeys(options['HostConfig'], 'host', `${own}.HostConfig`, reporter);
}

function checkImage(image: unknown, field: string, reporter: Reporter): void {
  if (image === undefined) return reporter.problem({ kind: 'missing', field, message: 'is missing' });
  if (typeof image !== 'string') return reporter.problem({ kind: 'wrong-type', field, message: 'must be text', ...gotOf(isMapping(image) || Array.isArray(image) ? undefined : image) });
  const wrong = judgeImage(image);
  if (wrong !== undefined) reporter.problem({ kind: 'invalid', field, message: wrong, ...gotOf(image) });
  else if (hasNoTag(image)) reporter.warn({ kind: 'invalid', field, message: 'has neither tag nor digest, so that the device takes latest', ...gotOf(image) });
}

function checkDockerKeys(options: Mapping, within: 'container' | 'host', field: string, reporter: Reporter): void {
  for (const key of Object.keys(options)) {
    const wrong = judgeDockerKey(key, within);
    if (wrong !== undefined) reporter.warn({ kind: 'unknown-field', field: at(field, key), message: wrong });
  }
}

/** `{NAME: {value: …}}` (`EnvVal.cs`). No value is shown. */
function checkEnv(env: Mapping, field: string, reporter: Reporter): void {
  for (const [name, entry] of Object.entries(env)) {
    const own = at(field, name);
    if (!isMapping(entry)) reporter.problem({ kind: 'wrong-type', field: own, message: 'must be a mapping such as {value: text}' });
    else if (!['string', 'number', 'boolean', 'undefined'].includes(typeof entry['value'])) reporter.problem({ kind: 'wrong-type', field: `${own}.value`, message: 'must be text, a number, true or false' });
    else if (entry['value'] === undefined) reporter.warn({ kind: 'missing', field: `${own}.value`, message: 'is missing, so that the variable is empty' });
  }
}
