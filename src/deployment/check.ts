import { at } from '../spec/validate/path.js';
import { plainData } from '../spec/validate/plain-data.js';
import { isMapping, record, type Mapping } from '../support/plain.js';
import { checkAgent, checkNamedModule } from './agent.js';
import { contentForHub } from './content.js';
import { DESIRED, withoutNulls } from './desired.js';
import { checkEdgeHub, checkNamedRoute } from './edge-hub.js';
import { reporterOf } from './reporter.js';
import { checkTwinLimits } from './twin-limits.js';
import type { ManifestFindings, ManifestOptions, ModulesContent, Reporter } from './types.js';

/** The hub makes them with each edge device, and no others of such a name. */
const systemModules = ['$edgeAgent', '$edgeHub'];

/**
 * Checks `modulesContent` of a deployment manifest as the hub, edgeAgent and edgeHub read it, and reports every problem at once.
 * It takes any value: without a problem, it has the shape of `ModulesContent`. No finding shows a secret.
 */
export function checkManifest(value: unknown, { field = 'modulesContent', automatic = false }: ManifestOptions = {}): ManifestFindings {
  const findings: ManifestFindings = { problems: [], warnings: [] };
  const reporter = reporterOf(findings);
  plainData(value, { field, secret: true }, reporter.problem);
  if (findings.problems.length > 0) return findings;
  const content = withoutNulls(value) as Mapping;
  for (const [module, part] of Object.entries(content)) {
    if (module.startsWith('$') && !systemModules.includes(module)) reporter.problem({ kind: 'unknown-field', field: at(field, module), message: `is no module: only ${systemModules.join(' and ')} begin with $` });
    else checkPart(part, at(field, module), automatic, reporter);
  }
  const agent = record(content['$edgeAgent']);
  const isLayer = automatic && agent?.[DESIRED] === undefined && Object.keys(agent ?? {}).length > 0;
  const named = record(record(agent?.[DESIRED])?.['modules']);
  const modules = automatic || named === undefined ? undefined : new Set(Object.keys(named));
  checkDesired(content, '$edgeAgent', { field, isLayer, reporter }, (desired, own) => checkAgent(desired, own, reporter));
  checkDesired(content, '$edgeHub', { field, isLayer, reporter }, (desired, own) => checkEdgeHub(desired, own, modules, reporter));
  checkPaths(content, field, reporter);
  for (const module of Object.keys(content)) {
    if (!module.startsWith('$') && modules?.has(module) === false) reporter.warn({ kind: 'invalid', field: at(field, module), message: 'is the twin of a module that the manifest does not run' });
  }
  if (findings.problems.length === 0) checkLimits(content as ModulesContent, field, reporter);
  return findings;
}

/** The hub takes only `properties.desired`, and in a layer paths in it. */
function checkPart(part: unknown, field: string, automatic: boolean, reporter: Reporter): void {
  if (!isMapping(part)) return reporter.problem({ kind: 'wrong-type', field, message: `must be a mapping with ${DESIRED}` });
  for (const [key, value] of Object.entries(part)) {
    const isPath = /^properties\.desired(?:\.[^.$\s]+)+$/.test(key);
    if (isPath && !automatic) reporter.problem({ kind: 'conflict', field: at(field, key), message: `is a path for a layered deployment, which only an automatic deployment can be; must be ${DESIRED}` });
    else if (key !== DESIRED && !isPath) reporter.problem({ kind: 'unknown-field', field: at(field, key), message: `must be ${DESIRED}${automatic ? ', or a path in it' : ''}` });
    else if (key === DESIRED && !isMapping(value)) reporter.problem({ kind: 'wrong-type', field: at(field, key), message: 'must be a mapping' });
  }
}

interface Around {
  field: string;
  isLayer: boolean;
  reporter: Reporter;
}

/** Both system modules need all of their desired properties, unless the manifest is a layer over another one. */
function checkDesired(content: Mapping, module: string, { field, isLayer, reporter }: Around, check: (desired: Mapping, field: string) => void): void {
  const own = at(field, module);
  const part = content[module];
  if (part === undefined) {
    if (!isLayer) reporter.problem({ kind: 'missing', field: own, message: 'is missing' });
  } else if (isMapping(part)) {
    const desired = part[DESIRED];
    if (isMapping(desired)) check(desired, at(own, DESIRED));
    else if (desired === undefined && !isLayer) reporter.problem({ kind: 'missing', field: at(own, DESIRED), message: 'is missing' });
  }
}

/** Modules and routes that a layer adds. https://learn.microsoft.com/azure/iot-edge/module-deployment-monitoring#layered-deployment */
function checkPaths(content: Mapping, field: string, reporter: Reporter): void {
  for (const [key, value] of Object.entries(record(content['$edgeAgent']) ?? {})) {
    const name = /^properties\.desired\.modules\.([^.]+)$/.exec(key)?.[1];
    if (name !== undefined) checkNamedModule(name, value, at(at(field, '$edgeAgent'), key), reporter);
  }
  for (const [key, value] of Object.entries(record(content['$edgeHub']) ?? {})) {
    if (/^properties\.desired\.routes\.[^.]+$/.test(key)) checkNamedRoute(value, { field: at(at(field, '$edgeHub'), key), modules: undefined }, reporter);
  }
}

function checkLimits(content: ModulesContent, field: string, reporter: Reporter): void {
  for (const [module, part] of Object.entries(contentForHub(content))) {
    for (const [key, value] of Object.entries(part)) if (isMapping(value)) checkTwinLimits(value, at(at(field, module), key), reporter.problem);
  }
}
