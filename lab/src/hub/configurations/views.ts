import type { HubContext } from '../context.js';
import { parseQuery } from '../query/parser.js';
import { rowsFor } from '../query/run.js';
import { countedEtag } from '../registry/etags.js';
import type { Configuration } from '../store/model.js';

/** A configuration as the service shows it. It counts the metrics now; the service does that every few minutes. */
export function configurationView(hub: HubContext, configuration: Configuration): Record<string, unknown> {
  const { metrics, version, ...rest } = configuration;
  return { ...rest, systemMetrics: metricsView(hub, systemQueries(configuration)), metrics: metricsView(hub, metrics), etag: countedEtag(version) };
}

function metricsView(hub: HubContext, queries: Record<string, string>): { results: Record<string, number>; queries: Record<string, string> } {
  const results = Object.fromEntries(Object.entries(queries).map(([name, text]) => [name, text === '' ? 0 : rowsFor(hub, parseQuery(text)).length]));
  return { results, queries };
}

/** The service shows these queries too; `az iot edge deployment show-metric` runs them. */
function systemQueries({ id, targetCondition }: Configuration): Record<string, string> {
  const condition = targetCondition.trim();
  const edge = 'select deviceId from devices where capabilities.iotEdge = true';
  const applied = `select deviceId from devices.modules where moduleId = '$edgeAgent' and configurations.[[${id}]].status = 'Applied'`;
  const reported = `${applied} and properties.desired.$version = properties.reported.lastDesiredVersion and properties.reported.lastDesiredStatus.code`;
  return {
    targetedCount: condition === '' ? '' : condition === '*' ? edge : `${edge} and (${condition})`,
    appliedCount: applied,
    reportedSuccessfulCount: `${reported} = 200`,
    reportedFailedCount: `${reported} != 200`,
  };
}
