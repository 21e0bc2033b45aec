import { check } from '../spec/validate/check.js';
import { at } from '../spec/validate/path.js';
import { isMapping, record } from '../support/plain.js';
import { fieldsTo } from './reporter.js';
import { hubDesired, routeObject } from './schema.js';
import { checkRoute, type RoutePlace } from './routes/check.js';
import type { Reporter } from './types.js';

/** Checks all of `$edgeHub`'s desired properties. */
export function checkEdgeHub(desired: unknown, field: string, modules: RoutePlace['modules'], reporter: Reporter): void {
  check(hubDesired, desired, { field, secret: false }, fieldsTo(reporter));
  const { routes, schemaVersion, mqttBroker } = record(desired) ?? {};
  const version = typeof schemaVersion === 'string' ? Number(/^1\.(\d)/.exec(schemaVersion)?.[1] ?? 9) : 9;
  for (const [name, route] of Object.entries(record(routes) ?? {})) {
    const own = at(`${field}.routes`, name);
    if (version === 0 && isMapping(route)) reporter.problem({ kind: 'conflict', field: own, message: 'must be text: a route with priority or timeToLiveSecs needs schemaVersion "1.1"' });
    // Version 1.0 skips an empty route (`EdgeHubConfigParser.cs`).
    else if (!(version === 0 && route === '')) checkNamedRoute(route, { field: own, modules }, reporter);
  }
  if (mqttBroker !== undefined && version < 2) reporter.warn({ kind: 'conflict', field: `${field}.mqttBroker`, message: 'needs schemaVersion "1.2"; edgeHub ignores it' });
}

/** Checks one route: its text, or a mapping with it. */
export function checkNamedRoute(route: unknown, place: RoutePlace, reporter: Reporter): void {
  if (typeof route === 'string') return checkRoute(route, place, reporter);
  if (!isMapping(route)) return reporter.problem({ kind: 'wrong-type', field: place.field, message: 'must be a route such as FROM /messages/* INTO $upstream, or a mapping with it' });
  check(routeObject, route, { field: place.field, secret: false }, fieldsTo(reporter));
  if (typeof route['route'] === 'string') checkRoute(route['route'], { ...place, field: `${place.field}.route` }, reporter);
}
