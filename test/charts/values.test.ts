import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { BUILD_LIMIT, DEVICE_CHART, openHelm, OPERATOR_CHART, type Helm } from '../helpers/helm.js';

interface Schema { properties?: Record<string, Schema>; additionalProperties?: unknown; type?: string | string[]; items?: Schema }

/** Values that each chart must refuse, with the field that the message names. */
const refused: { chart: string; values: object; field: RegExp }[] = [
  { chart: OPERATOR_CHART, values: { replica: 3 }, field: /additional properties 'replica' not allowed/ },
  { chart: OPERATOR_CHART, values: { replicas: 0 }, field: /'\/replicas'/ },
  { chart: OPERATOR_CHART, values: { replicas: '2' }, field: /'\/replicas'/ },
  { chart: OPERATOR_CHART, values: { hub: { connectionString: 'HostName=x' } }, field: /'\/hub': additional properties 'connectionString'/ },
  { chart: OPERATOR_CHART, values: { hub: { secrets: [{ key: 'x' }] } }, field: /'\/hub\/secrets\/0': missing property 'name'/ },
  { chart: OPERATOR_CHART, values: { hub: { endpoint: 'http://hub.example' } }, field: /'\/hub\/endpoint'/ },
  { chart: OPERATOR_CHART, values: { hub: { twinInterval: '60' } }, field: /'\/hub\/twinInterval'/ },
  { chart: OPERATOR_CHART, values: { hub: { twinInterval: '5s' } }, field: /'\/hub\/twinInterval'/ },
  { chart: OPERATOR_CHART, values: { watch: { namespaces: ['North'] } }, field: /'\/watch\/namespaces\/0'/ },
  { chart: OPERATOR_CHART, values: { watch: { namespaces: 'north' } }, field: /'\/watch\/namespaces'/ },
  { chart: OPERATOR_CHART, values: { image: { digest: 'latest' } }, field: /'\/image\/digest'/ },
  { chart: OPERATOR_CHART, values: { image: { pullPolicy: 'Sometimes' } }, field: /'\/image\/pullPolicy'/ },
  { chart: OPERATOR_CHART, values: { metrics: { port: 0, service: { enable: true } } }, field: /'\/metrics\/port'[^]*'enable'|'enable'[^]*'\/metrics\/port'/ },
  { chart: OPERATOR_CHART, values: { terminationGracePeriodSeconds: 5 }, field: /'\/terminationGracePeriodSeconds'/ },
  { chart: OPERATOR_CHART, values: { nodejsOptions: ['--max-semi-space-size=4'] }, field: /'\/nodejsOptions'/ },
  { chart: OPERATOR_CHART, values: { metrics: { serviceMonitor: { enabled: true }, service: { enabled: false } } }, field: /metrics\.serviceMonitor\.enabled needs metrics\.service\.enabled/ },
  { chart: OPERATOR_CHART, values: { metrics: { port: 8081 } }, field: /metrics\.port and health\.port must differ/ },
  { chart: DEVICE_CHART, values: { vm: { memroy: '4Gi' } }, field: /'\/vm': additional properties 'memroy'/ },
  { chart: DEVICE_CHART, values: { vm: { cpus: 'four' } }, field: /'\/vm\/cpus'/ },
  { chart: DEVICE_CHART, values: { name: 'GW_01' }, field: /'\/name'/ },
  { chart: DEVICE_CHART, values: { identity: { connectionString: { file: 'gw-01.txt' } } }, field: /'\/identity\/connectionString'/ },
  { chart: DEVICE_CHART, values: { identity: { connectionString: 'HostName=x' } }, field: /'\/identity\/connectionString'/ },
  { chart: DEVICE_CHART, values: { labels: { rack: 7 } }, field: /'\/labels\/rack'/ },
];

describe('the values of the charts', () => {
  let helm: Helm;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    helm = await openHelm();
  });
  after(() => helm.close());

  for (const { chart, values, field } of refused) {
    it(`of ${chart === OPERATOR_CHART ? 'edge-vm' : 'edge-device'} refuse ${JSON.stringify(values)}`, async () => {
      const { code, stderr } = await helm.run(['template', 'x', chart, '--values', '-'], JSON.stringify(values));
      assert.equal(code, 1);
      assert.match(stderr, field);
    });
  }

  it('are all in the schema and in values.yaml', () => {
    const schema = JSON.parse(readFileSync(join(OPERATOR_CHART, 'values.schema.json'), 'utf8')) as Schema;
    const values = load(readFileSync(join(OPERATOR_CHART, 'values.yaml'), 'utf8'));
    const missing = (one: Schema, value: unknown, path: string): string[] => {
      if (one.properties === undefined) return [];
      assert.equal(one.additionalProperties, false, `${path} takes fields that nobody knows`);
      const fields = value as Record<string, unknown>;
      return Object.entries(one.properties).flatMap(([key, child]) => (key in fields ? missing(child, fields[key], `${path}/${key}`) : [`${path}/${key}`]));
    };
    // A dynamic resource claim is rare, and Helm itself gives `global`.
    assert.deepEqual(missing(schema, values, ''), ['/resources/claims', '/global']);
  });
});
