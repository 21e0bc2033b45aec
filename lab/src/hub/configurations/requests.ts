import { isoNow, type HubContext } from '../context.js';
import { badRequest, HubError } from '../errors.js';
import { parseQuery } from '../query/parser.js';
import { checkIfMatch, countedEtag, parseIfMatch } from '../registry/etags.js';
import { asObject, isObject, optionalString } from '../registry/json.js';
import type { Configuration, JsonObject, JsonValue } from '../store/model.js';
import { checkAgent } from '../twins/configuration.js';
import { parseTarget } from './condition.js';
import { configurationView } from './views.js';

/** https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling#other-limits */
const MAX_CONFIGURATIONS = 100;
/** https://learn.microsoft.com/cli/azure/iot/edge/deployment#az-iot-edge-deployment-create */
const ID = /^[a-z0-9\-:+%_#*?!(),=@;]{1,128}$/;

export function listConfigurations(hub: HubContext): Record<string, unknown>[] {
  return hub.configurations.all().map((configuration) => configurationView(hub, configuration));
}

export function requireConfiguration(hub: HubContext, id: string): Configuration {
  const configuration = hub.configurations.get(id);
  if (configuration === undefined) throw new HubError(404, 'ConfigurationNotFound', `Configuration with id ${id} not found.`, { envelope: 'nested', number: 404011 });
  return configuration;
}

/** Creates without `If-Match`, changes with it. A change leaves the content as it is, without a word: so the service was seen to do. */
export function putConfiguration(hub: HubContext, id: string, input: JsonObject, header: string | undefined): Configuration {
  if (!ID.test(id)) throw badRequest(`The configuration id '${id.slice(0, 140)}' is not valid.`);
  const named = optionalString(input['id'], 'id');
  if (named !== null && named !== id) throw badRequest('id in the body and in the path differ.');
  if (header !== undefined && !header.includes('"')) throw new HubError(409, 'ConfigurationAlreadyExists', 'If-Match must be in quotes.', { reason: 'If-Match without quotes counts as absent' });
  const ifMatch = parseIfMatch(header);
  const wanted = readConfiguration(id, input);
  const now = isoNow(hub);
  const old = hub.configurations.get(id);
  if (ifMatch === undefined && old !== undefined) throw new HubError(409, 'ConfigurationAlreadyExists', `Configuration with id ${id} already exists.`, { envelope: 'nested', number: 409002 });
  if (ifMatch === undefined && hub.configurations.size >= MAX_CONFIGURATIONS) {
    throw new HubError(413, 'ConfigurationCountLimitExceeded', `A hub has at most ${MAX_CONFIGURATIONS} configurations.`, { envelope: 'nested', number: 413101 });
  }
  if (ifMatch !== undefined) checkIfMatch(ifMatch, countedEtag(requireConfiguration(hub, id).version));
  const configuration: Configuration = {
    ...wanted,
    content: old?.content ?? wanted.content,
    createdTimeUtc: old?.createdTimeUtc ?? now,
    lastUpdatedTimeUtc: now,
    version: (old?.version ?? 0) + 1,
  };
  hub.configurations.put(configuration);
  hub.assigner.configurationsChanged();
  return configuration;
}

export function deleteConfiguration(hub: HubContext, id: string, ifMatch: string | undefined): void {
  checkIfMatch(ifMatch, countedEtag(requireConfiguration(hub, id).version));
  hub.configurations.delete(id);
  hub.assigner.configurationsChanged();
}

/** `POST /configurations/testQueries`: what is wrong is in the body; the status is 200. */
export function testQueries(input: JsonObject): Record<string, unknown> {
  const condition = problemOf(() => parseTarget(optionalString(input['targetCondition'], 'targetCondition') ?? ''));
  const metrics = Object.entries(textsOf(input['customMetricQueries'], 'customMetricQueries')).flatMap(([name, text]) => {
    const problem = problemOf(() => parseQuery(text));
    return problem === undefined ? [] : [[name, problem]];
  });
  return { ...(condition === undefined ? {} : { targetConditionError: condition }), ...(metrics.length === 0 ? {} : { customMetricQueryErrors: Object.fromEntries(metrics) as unknown }) };
}

function readConfiguration(id: string, input: JsonObject): Omit<Configuration, 'createdTimeUtc' | 'lastUpdatedTimeUtc' | 'version'> {
  const targetCondition = optionalString(input['targetCondition'], 'targetCondition') ?? '';
  parseTarget(targetCondition);
  const metrics = textsOf(asObject(input['metrics'] ?? {}, 'metrics')['queries'], 'metrics.queries');
  for (const text of Object.values(metrics)) parseQuery(text);
  const priority = input['priority'] ?? 0;
  if (typeof priority !== 'number' || !Number.isInteger(priority) || priority < 0) throw badRequest('priority must be a whole number of 0 or more.');
  return {
    id, targetCondition, priority, metrics,
    schemaVersion: optionalString(input['schemaVersion'], 'schemaVersion') ?? '1.0',
    labels: textsOf(input['labels'], 'labels'),
    content: readContent(input['content']),
  };
}

function readContent(value: JsonValue | undefined): JsonObject {
  const content = asObject(value ?? {}, 'content');
  for (const kind of ['deviceContent', 'moduleContent']) {
    const part = content[kind];
    if (isObject(part) && Object.keys(part).length > 0) throw new HubError(501, 'NotImplemented', `The lab's hub does not imitate configurations with ${kind}`);
  }
  const modules = asObject(content['modulesContent'] ?? {}, 'content.modulesContent');
  if (!isObject(modules['$edgeAgent'])) throw new HubError(400, 'InvalidConfigurationContent', 'content.modulesContent must have $edgeAgent.', { envelope: 'nested', number: 400032 });
  checkAgent(modules);
  return { modulesContent: modules };
}

function textsOf(value: JsonValue | undefined, field: string): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(value ?? {}, field)).map(([name, text]) => [name, optionalString(text, `${field}.${name}`) ?? '']));
}

function problemOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error.message;
    throw error;
  }
}
