import assert from 'node:assert/strict';
import { checkRoute } from '../../../src/deployment/routes/check.js';
import type { ManifestFindings } from '../../../src/deployment/types.js';
import { reporterOf } from '../../../src/deployment/reporter.js';

function check(text: string): ManifestFindings {
  const findings: ManifestFindings = { problems: [], warnings: [] };
  checkRoute(text, { field: 'r', modules: new Set(['sensor', 'filter']) }, reporterOf(findings));
  return findings;
}

const good = [
  'FROM /* INTO $upstream',
  'from /messages/* into $Upstream',
  'SELECT * FROM /messages/* INTO $upstream',
  'FROM /messages/modules/* INTO $upstream',
  'FROM /messages/modules/sensor/outputs/* INTO $upstream',
  'FROM /messages/modules/Sensor/outputs/temperature INTO BrokeredEndpoint("/modules/filter/inputs/in1")',
  "FROM /messages/modules/sensor/* INTO brokeredendpoint('modules/filter/inputs/in1/')",
  'FROM /twinChangeNotifications INTO $upstream',
  'FROM /messages/* WHERE NOT IS_DEFINED($connectionModuleId) INTO $upstream',
  'FROM /messages/* WHERE $body.machine.status != "running" INTO $upstream',
  'FROM /messages/* WHERE $body.a[0].b >= 60 AND ($body.c <= -1.5e3 OR level = \'high\') INTO $upstream',
  'FROM /messages/* WHERE {$connectionDeviceId} = "x" INTO $upstream',
  'FROM /messages/* WHERE concat(lower(a), "b") <> "c\\"d" ?? true INTO $upstream',
  'FROM /messages/*\n  WHERE 0x1F * 2 / 3 % 4 + 1 - -x || "y"\n  INTO $upstream',
  'FROM /messages/* WHERE true INTO $upstream',
];

const bad: readonly [string, RegExp][] = [
  ['', /must have FROM, but it ends/],
  ['TO $upstream', /must have FROM, not "TO" at character 1/],
  ['FROM messages INTO $upstream', /a source such as/],
  ['FROM /messages/', /a name or "\*" after "\/"/],
  ['FROM /messages/*', /INTO.*ends before/],
  ['FROM /messages/* INTO', /\$upstream or BrokeredEndpoint.*ends/],
  ['FROM /messages/* INTO $downstream', /not "\$downstream"/],
  ['FROM /messages/* INTO upstream', /not "upstream"/],
  ['FROM /messages/* INTO BrokeredEndpoint(/modules/filter/inputs/in1)', /text in quotes/],
  ['FROM /messages/* INTO BrokeredEndpoint("/modules/filter/inputs/in1"', /"\)" after the endpoint/],
  ['FROM /messages/* INTO BrokeredEndpoint("/modules/filter/in1")', /an endpoint such as/],
  ['FROM /messages/* INTO BrokeredEndpoint("/modules/filter/outputs/in1")', /an endpoint such as/],
  ['FROM /messages/* INTO BrokeredEndpoint("/modules/gone/inputs/in1")', /module gone, which the manifest does not have/],
  ['FROM /messages/* WHERE INTO $upstream', /a value, not "INTO"/],
  ['FROM /messages/* WHERE a = INTO $upstream', /a value/],
  ['FROM /messages/* WHERE a == 1 INTO $upstream', /a value, not "="/],
  ['FROM /messages/* WHERE (a = 1 INTO $upstream', /"\)", not "INTO"/],
  ['FROM /messages/* WHERE a = 1) INTO $upstream', /INTO.*not "\)"/],
  ['FROM /messages/* WHERE a = "x INTO $upstream', /without its closing quote at character 28/],
  ['FROM /messages/* WHERE is_definde(a) INTO $upstream', /unknown function is_definde; did you mean is_defined\?/],
  ['FROM /messages/* WHERE a ; b INTO $upstream', /not ";"/],
  [`FROM /messages/* WHERE ${'('.repeat(200)}a${')'.repeat(200)} INTO $upstream`, /more than 100 levels/],
];

describe('a route', () => {
  for (const text of good) it(`is taken: ${text.slice(0, 90)}`, () => assert.deepEqual(check(text), { problems: [], warnings: [] }));

  for (const [text, message] of bad) {
    it(`is refused: ${text.slice(0, 90)}`, () => {
      const { problems } = check(text);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!.message, message);
    });
  }

  for (const [text, message] of [
    ['FROM /messages/modules/gone/outputs/* INTO $upstream', /module gone/],
    ['FROM /devices/* INTO $upstream', /source that no message has/],
    ['FROM /messages/* INTO $upstream, BrokeredEndpoint("/modules/filter/inputs/in1")', /text after its end/],
  ] as const) {
    it(`gets a warning: ${text}`, () => {
      const { problems, warnings } = check(text);
      assert.deepEqual(problems, []);
      assert.match(warnings[0]!.message, message);
    });
  }
});
