import type { Problem } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';
import type { Reporter } from '../types.js';
import { RouteError } from './cursor.js';
import { parseRoute, type Route } from './parse.js';

/** Where a route stands, and what it may name. */
export interface RoutePlace {
  field: string;
  /** Modules that the device runs; `undefined`: another layer may add more. */
  modules: ReadonlySet<string> | undefined;
}

/** Sources that messages have. edgeHub compares the beginning, and ignores upper and lower case (`BaseMessageSource.cs`). */
const source = /^\/(?:\*|messages(?:\/(?:\*|modules(?:\/(?:\*|([^/*]+)(?:\/(?:\*|outputs(?:\/[^/]+)?))?))?))?|twinChangeNotifications(?:\/\*)?)$/i;

/** Checks one route as a text. */
export function checkRoute(text: string, { field, modules }: RoutePlace, reporter: Reporter): void {
  const found = (message: string, got: unknown = text): Problem => ({ kind: 'invalid', field, message, ...gotOf(got) });
  let route: Route;
  try {
    route = parseRoute(text);
  } catch (error) {
    if (!(error instanceof RouteError)) throw error;
    reporter.problem(found(error.message));
    return;
  }
  checkSource(route.source, modules, (message) => reporter.warn(found(message, route.source)));
  if (route.sink !== undefined) checkSink(route.sink.address, modules, (message) => reporter.problem(found(message)));
  if (route.rest.trim() !== '') reporter.warn(found('has text after its end, which edgeHub ignores', route.rest));
}

/** edgeHub takes any source, but no message has another one. */
function checkSource(path: string, modules: RoutePlace['modules'], warn: (message: string) => void): void {
  const match = source.exec(path);
  if (match === null) warn('has a source that no message has; known are /messages/*, /messages/modules/NAME/outputs/OUTPUT, /twinChangeNotifications');
  else if (match[1] !== undefined && !has(modules, match[1])) warn(`has the source of module ${match[1].slice(0, 60)}, which the manifest does not have`);
}

/** `EndpointFactory.CreateFunctionEndpoint` of edgeHub. */
function checkSink(address: string, modules: RoutePlace['modules'], problem: (message: string) => void): void {
  const items = address.trim().replace(/^\/|\/$/g, '').split('/');
  const [kind, module, inputs, input] = items;
  if (items.length !== 4 || kind !== 'modules' || inputs !== 'inputs' || !module || !input) problem('must have an endpoint such as BrokeredEndpoint("/modules/NAME/inputs/INPUT")');
  else if (modules !== undefined && !modules.has(module)) problem(`leads to module ${module.slice(0, 60)}, which the manifest does not have`);
}

function has(modules: RoutePlace['modules'], name: string): boolean {
  return modules === undefined || [...modules].some((one) => one.toLowerCase() === name.toLowerCase());
}
