import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addRecord, emptyLog } from '../../../src/readiness/records/order.js';
import { parseRecords } from '../../../src/readiness/records/parse.js';
import { record } from '../../helpers/observations.js';
import { stageRecord } from '../../helpers/stage-record.js';

describe('parseRecords', function () {
  this.timeout(30_000);

  it('finds a record anywhere in a line, and several in one', () => {
    const line = `[   12.3] kernel: eth0 up ${stageRecord({ seq: 1 })}\u001b[0m and ${stageRecord({ seq: 2 })}\r`;
    assert.deepEqual(parseRecords(line).map((found) => found.seq), [1, 2]);
  });

  it('drops what is broken', () => {
    const whole = stageRecord();
    const broken = [
      whole.replace('"seq":1', '"seq":2'), whole.slice(0, -1), whole.replace(/@edge-vm1 \d+/, '@edge-vm1 5'), whole.replace('@edge-vm1', '@edge-vm2'),
      stageRecord({ seq: -1 }), stageRecord({ seq: '1' }), stageRecord({ boot: '' }), stageRecord({ boot: 'a b' }), stageRecord({ state: 'done' }), stageRecord({ stage: '\u001b[2J' }),
      stageRecord({ message: 'x'.repeat(1100) }),
    ];
    for (const line of broken) assert.deepEqual(parseRecords(line), [], line);
  });

  it('cleans what people will see', () => {
    const key = Buffer.alloc(32, 5).toString('base64');
    const [found] = parseRecords(stageRecord({ message: `\u001b[31mfail\u0007 SharedAccessKey=${key}\nnext`, code: 'a\u001b[m', agent: { connected: 1, code: 'unauthorized', message: '\u202eevil' } }));
    assert.equal(found?.code, undefined);
    assert.ok(!found?.message?.includes(key));
    assert.match(found?.message ?? '', /^fail/);
    assert.deepEqual(found?.agent, { connected: false, code: 'unauthorized', message: 'evil' });
  });

  it('returns, whatever the guest prints', () => {
    const noise = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1')));
    fc.assert(fc.property(noise, noise, fc.anything(), (before, after, value) => {
      const json = JSON.stringify(value) ?? 'null';
      for (const line of [before, `${before}${stageRecord({ message: after })}${after}`, stageRecord({ done: value, agent: value, versions: value }), `@edge-vm1 ${json.length} 00000000 ${json}`]) {
        for (const found of parseRecords(line)) {
          assert.ok(Number.isSafeInteger(found.seq));
          assert.doesNotMatch(found.message ?? '', /[\u0000-\u001f\u007f-\u009f]/);
        }
      }
    }), { numRuns: 2000 });
  });

  it('gives back what was written, however the lines are cut and mixed', () => {
    const text = fc.stringMatching(/^[ -~]{0,60}$/);
    fc.assert(fc.property(fc.nat(1e9), text, text, (seq, before, after) => {
      assert.deepEqual(parseRecords(`${before}${stageRecord({ seq })}${after}`).map((found) => found.seq), [seq]);
    }), { numRuns: 1000 });
  });
});

describe('addRecord', () => {
  const after = (...records: ReturnType<typeof record>[]): number | undefined => records.reduce(addRecord, emptyLog).record?.seq;

  it('takes the higher seq of a boot', () => {
    assert.equal(after(record({ seq: 2 }), record({ seq: 3 })), 3);
    assert.equal(after(record({ seq: 3 }), record({ seq: 2 })), 3);
  });

  it('takes the later boot, also if seq began again, and never goes back', () => {
    assert.equal(after(record({ seq: 9, boot: 'a' }), record({ seq: 1, boot: 'b' })), 1);
    assert.equal(after(record({ seq: 9, boot: 'a' }), record({ seq: 1, boot: 'b' }), record({ seq: 10, boot: 'a' })), 1);
  });

  it('is not moved by a log that is read again from its start', () => {
    const log = [record({ seq: 1, boot: 'a' }), record({ seq: 2, boot: 'a' }), record({ seq: 3, boot: 'b' }), record({ seq: 4, boot: 'b' })];
    assert.deepEqual([...log, ...log].reduce(addRecord, emptyLog), log.reduce(addRecord, emptyLog));
  });
});
