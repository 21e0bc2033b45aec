import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deviceTable, stageTable } from '../../../src/cli/output/device.js';
import { printPlan } from '../../../src/cli/output/plan.js';
import { formatTable, type Column } from '../../../src/cli/output/table.js';
import type { PlanItem } from '../../../src/fleet/index.js';
import type { Session } from '../../../src/cli/run/session.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { readyResult } from './helpers/run.js';

const namespace = `msiot-${'contoso-hub-'.repeat(4)}0123456789`.slice(0, 63);
const name = `plant-${'north-line-'.repeat(4)}01`;
const hub = `${'h'.repeat(50)}.azure-devices.net`;
const long = readyResult({ name, namespace, device: { hub, id: 'GW'.repeat(64) }, retrying: { step: 'runtime', code: 'apt-unreachable', attempt: 12, message: null }, vm: { ...readyResult().vm, status: 'ErrorUnschedulable' } });
const short = readyResult({ namespace });

function session(width: number, format?: Session['format']): Session & { out: string[] } {
  const out: string[] = [];
  const say = (text: string): void => void out.push(text);
  const plain = (text: string): string => text;
  return { out, format, io: { programName: 'edge-vm' }, printer: { width, data: say, note: say, style: { red: plain, cyan: plain } } } as unknown as Session & { out: string[] };
}

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('cli: tables on a narrow terminal', () => {
  it('a list of devices with the longest names fits in 80 columns, and still names each', () => {
    const table = deviceTable([long, short], session(80), { namespaces: true });
    assert.ok(longest(table) <= 80, table);
    assert.match(table, /^NAMESPACE +NAME +READY +STAGE +CAUSE$/m);
    assert.match(table, /^msiot-\S*…\S*5678 +plant-\S*…\S*-01 +True +connected +apt-unreachable, try$/m);
    assert.match(table, /^ +12$/m);
    assert.match(deviceTable([short], session(80), { namespaces: false }), /^NAME +READY +STAGE +AGENT +VM +CAUSE$/m, 'nothing is left out without need');
  });

  it('the stages, and a plan, too', () => {
    const conditions = [{ type: 'GuestAgentConnected', status: 'False', reason: 'FailedDataVolumeCreate', message: 'word '.repeat(30), lastTransitionTime: '2026-01-01T00:00:00Z' }];
    assert.ok(longest(stageTable(readyResult({ conditions } as never), session(80))) <= 80);
    const item: PlanItem = {
      name, namespace, place: 'devices.yaml', action: 'change', needs: ['restart', 'first-boot'], asks: false, objects: [], warnings: [],
      fields: [{ path: 'spec.vm.memory', from: '2Gi', to: '8Gi', effect: 'restart', removed: false }],
    };
    const plan = session(80);
    printPlan([item, { ...item, name: 'gw-01' }], { create: 0, change: 2, unchanged: 0, remove: 0, refused: 0 }, undefined, plan);
    assert.ok(longest(plan.out.join('\n')) <= 80, plan.out.join('\n'));
    assert.match(plan.out[0]!, /spec\.vm\.memory: 2Gi → 8Gi/);
    assert.doesNotMatch(plan.out[0]!, /NAMESPACE/);
    const both = session(80);
    printPlan([item, { ...item, namespace: 'edge' }], { create: 0, change: 2, unchanged: 0, remove: 0, refused: 0 }, undefined, both);
    assert.ok(longest(both.out.join('\n')) <= 80, both.out.join('\n'));
    assert.match(both.out[0]!, /^NAME +NAMESPACE +ACTION/, 'the name alone does not tell them apart');
  });

  it('nothing is cut in a pipe and with -o wide', () => {
    for (const table of [deviceTable([long], session(Number.POSITIVE_INFINITY), { namespaces: true }), deviceTable([long], session(80, 'wide'), { namespaces: true })]) {
      for (const text of [namespace, name, 'ErrorUnschedulable', 'apt-unreachable, try 12', '417']) assert.ok(table.includes(text), `${text}: ${table}`);
    }
    assert.ok(deviceTable([long], session(80, 'wide'), { namespaces: true }).includes(hub));
  });

  it('any table fits if it can, keeps its order, and is whole if it is narrow enough anyway', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{1,63}$/);
    const sentence = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 30 }).map((words) => words.join(' '));
    const columns: Column<Record<string, string>>[] = [
      { title: 'NAME', value: (row) => row['name'], shorten: true }, { title: 'STATE', value: (row) => row['state'] }, { title: 'MORE', value: (row) => row['more'], leaveOut: 2 },
      { title: 'LESS', value: (row) => row['less'], leaveOut: 1 }, { title: 'OTHER', value: (row) => row['other'], shorten: true }, { title: 'WHY', value: (row) => row['why'], wrap: true },
    ];
    const rows = fc.array(fc.record({ name: word, other: word, why: sentence, state: fc.constantFrom('True', 'False'), more: word, less: word }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(rows, fc.integer({ min: 66, max: 260 }), (given, width) => {
      const whole = formatTable(given, columns, { wide: false, width: Number.POSITIVE_INFINITY });
      const table = formatTable(given, columns, { wide: false, width });
      assert.ok(longest(table) <= width, table);
      if (longest(whole) <= width) assert.equal(table, whole);
      const titles = table.split('\n')[0]!.split(/ +/);
      assert.deepEqual(titles, columns.map(({ title }) => title).filter((title) => titles.includes(title)));
      assert.ok(['NAME', 'STATE', 'OTHER', 'WHY'].every((title) => titles.includes(title)) && (titles.includes('LESS') || !titles.includes('MORE')), table);
      const said = table.replaceAll(/\s+/g, ' ');
      for (const { name: one } of given) assert.ok(said.includes(one) || one.length > 12, 'a short name is never cut');
    }), { numRuns: propertyRuns(150) });
  });
});
