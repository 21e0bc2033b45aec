import assert from 'node:assert/strict';
import { passes } from '../../src/hub/query/evaluate.js';
import { parseQuery } from '../../src/hub/query/parser.js';
import { startTestHub, type TestHub } from './support/test-hub.js';

const document = {
  deviceId: 'gw-1',
  tags: { site: 'a', floor: 3, 'odd-name': true },
  properties: { reported: { lastDesiredStatus: { code: 200 }, name: "it's", on: true, nothing: null, $version: 4 } },
};

const conditions: [string, boolean][] = [
  ["deviceId = 'gw-1'", true],
  ["deviceId != 'gw-1'", false],
  ["deviceId <> 'gw-2'", true],
  ["DEVICEID = 'gw-1'", false],
  ['tags.floor > 2 AND tags.floor <= 3', true],
  ['tags.floor < 3', false],
  ["tags.floor > '2'", false],
  ["NOT tags.floor > '2'", false],
  ["tags.missing != 'x'", false],
  ["NOT tags.missing = 'x'", false],
  ["tags.missing = 'x' OR tags.site = 'a'", true],
  ["tags.site = 'b' OR tags.site = 'a' AND tags.floor = 4", false],
  ["(tags.site = 'b' OR tags.site = 'a') AND tags.floor = 3", true],
  ["deviceId IN ['gw-1', 'gw-2']", true],
  ["deviceId IN ('gw-2')", false],
  ["deviceId NIN ['gw-2']", true],
  ["deviceId NOT IN ['gw-1']", false],
  ["tags.missing NIN ['x']", false],
  ['IS_DEFINED(tags.site)', true],
  ['NOT IS_DEFINED(tags.missing.deeper)', true],
  ["STARTSWITH(deviceId, 'gw-')", true],
  ["startswith(deviceId, 'x')", false],
  ["ENDSWITH(deviceId, '-1') AND CONTAINS(deviceId, 'w')", true],
  ['properties.reported.lastDesiredStatus.code = 200', true],
  ['properties.reported.$version >= 4', true],
  ['tags.[[odd-name]] = true', true],
  ['properties.reported.on', true],
  ['NOT properties.reported.on', false],
  ["properties.reported.name = 'it''s'", true],
  ["properties.reported.name = 'it\\'s'", true],
  ['properties.reported.name = "it\'s"', true],
  ['properties.reported.nothing = null', true],
  ['tags.floor = 3e0', true],
  ['tags.floor > -1', true],
];

const refused = [
  '', 'SELECT', 'SELECT * FROM', 'SELECT * FROM devices.jobs', 'SELECT * FROM devices WHERE', 'UPDATE devices', 'SELECT * FROM devices JOIN x',
  "SELECT * FROM devices WHERE deviceId LIKE 'a%'", "SELECT * FROM devices WHERE LENGTH(deviceId) > 2", 'SELECT * FROM devices WHERE tags.floor + 1 = 3',
  "SELECT * FROM devices WHERE deviceId = 'a", 'SELECT deviceId, COUNT() AS n FROM devices', 'SELECT COUNT() FROM devices', 'SELECT SUM() AS n FROM devices',
  'SELECT * FROM devices; DROP', 'SELECT * FROM devices WHERE a = 1 b', 'SELECT * FROM devices GROUP BY tags.site', 'SELECT DISTINCT deviceId FROM devices',
];

describe('lab hub, queries', () => {
  for (const [condition, expected] of conditions) {
    it(`finds ${condition} ${String(expected)}`, () => {
      assert.equal(passes(document, parseQuery(`SELECT * FROM devices WHERE ${condition}`).where), expected);
    });
  }

  for (const query of refused) {
    it(`refuses '${query}'`, () => {
      assert.throws(() => parseQuery(query), { status: 400 });
    });
  }

  describe('over REST', () => {
    let hub: TestHub;
    before(async () => {
      hub = await startTestHub();
      const devices = Array.from({ length: 7 }, (_, i) => ({ id: `d-${i}`, importMode: 'create', capabilities: { iotEdge: i < 2 }, tags: { site: i % 2 === 0 ? 'even' : 'odd', n: i } }));
      assert.equal((await hub.call('POST', '/devices', { body: devices })).status, 200);
    });
    after(() => hub.stop());

    const query = (text: string, headers: Record<string, string> = {}) => hub.call('POST', '/devices/query', { body: { query: text }, headers });

    it('pages to the end without a row twice', async () => {
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = await query('SELECT * FROM devices', { 'x-ms-max-item-count': '3', ...(token === undefined ? {} : { 'x-ms-continuation': token }) });
        assert.equal(page.status, 200);
        assert.equal(page.headers['x-ms-item-type'], 'Twin');
        seen.push(...page.body.map((twin: { deviceId: string }) => twin.deviceId));
        token = page.headers['x-ms-continuation'] as string | undefined;
      } while (token !== undefined);
      assert.deepEqual(seen, ['d-0', 'd-1', 'd-2', 'd-3', 'd-4', 'd-5', 'd-6']);
      assert.equal((await query('SELECT * FROM devices', { 'x-ms-continuation': 'bm9uZQ==' })).status, 400);
      assert.equal((await query('SELECT * FROM devices', { 'x-ms-max-item-count': '0' })).status, 400);
    });

    it('projects, names, sorts and counts', async () => {
      const { body, headers } = await query('SELECT TOP 2 deviceId AS id, tags.n FROM devices WHERE tags.site = \'odd\' ORDER BY tags.n DESC');
      assert.deepEqual(body, [{ id: 'd-5', n: 5 }, { id: 'd-3', n: 3 }]);
      assert.equal(headers['x-ms-item-type'], 'Raw');
      const { body: counts } = await query('SELECT tags.site AS site, COUNT() AS n, MAX(tags.n) AS top FROM devices GROUP BY tags.site');
      assert.deepEqual(counts, [{ site: 'even', n: 4, top: 6 }, { site: 'odd', n: 3, top: 5 }]);
    });

    it('finds modules', async () => {
      const { body } = await query("SELECT * FROM devices.modules WHERE moduleId = '$edgeAgent' AND deviceId IN ['d-0', 'd-1', 'd-2']");
      assert.deepEqual(body.map((twin: { deviceId: string; moduleId: string }) => [twin.deviceId, twin.moduleId]), [['d-0', '$edgeAgent'], ['d-1', '$edgeAgent']]);
    });

    it('answers 400 to what it does not support', async () => {
      const { status, body } = await query('SELECT * FROM devices WHERE LOWER(deviceId) = \'d\'');
      assert.equal(status, 400);
      assert.match(body.Message, /Error in query/);
    });
  });
});
