import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainProgress } from '../../../src/cli/output/plain-progress.js';
import type { Progress } from '../../../src/cli/output/progress.js';
import { cutMiddle } from '../../../src/cli/output/table.js';
import { defaultDeps } from '../../../src/cli/run/deps.js';
import { makeSession } from '../../../src/cli/run/session.js';
import { propertyRuns } from '../../helpers/property-runs.js';

interface World {
  progress: Progress;
  lines: string[];
  /** Lets so many seconds pass, one at a time. */
  pass: (seconds: number) => void;
  waiting: (stage: 'disk' | 'engine' | 'runtime', message: string) => void;
}

function world(): World {
  const lines: string[] = [];
  let now = 1_000_000;
  let tick: (() => void) | undefined;
  const stream = { write: (text: string) => lines.push(text.trimEnd()) };
  const session = makeSession({
    stdin: { async *[Symbol.asyncIterator]() { yield ''; } }, stdout: stream, stderr: stream, env: {},
    now: () => now, sleep: async () => undefined, signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 1,
  }, defaultDeps);
  const progress = plainProgress(session, (call) => {
    tick = call;
    return () => (tick = undefined);
  });
  return {
    progress, lines,
    pass(seconds) {
      for (let i = 0; i < seconds; i += 1) {
        now += 1000;
        tick?.();
      }
    },
    waiting: (stage, message) => progress.onEvent({ type: 'waiting', stage, message, at: 0 }),
  };
}

describe('cli: progress in a pipe', () => {
  it('prints later what was held back, though nothing else happens', () => {
    const { waiting, pass, lines } = world();
    waiting('engine', 'guest: clock');
    pass(1);
    waiting('engine', 'guest: engine');
    pass(15);
    assert.deepEqual(lines, ['waiting for engine: guest: clock', 'waiting for engine: guest: engine']);
  });

  it('prints at the end what was held back', () => {
    const { waiting, progress, lines } = world();
    waiting('disk', 'import 1 %');
    waiting('disk', 'import 99 %');
    progress.stop();
    assert.deepEqual(lines, ['waiting for disk: import 1 %', 'waiting for disk: import 99 %']);
  });

  it('says every 30 seconds that it goes on, and for how long', () => {
    const { waiting, pass, lines } = world();
    waiting('engine', 'guest: engine');
    pass(95);
    assert.deepEqual(lines.slice(1), ['30 s', '1 min', '1 min 30 s'].map((time) => `still waiting for engine after ${time}: guest: engine`));
  });

  it('says of a long step that it goes on', () => {
    const { progress, pass, lines } = world();
    progress.onEvent({ type: 'step', step: 'preflight', state: 'start', at: 0 });
    pass(31);
    progress.onEvent({ type: 'step', step: 'preflight', state: 'done', at: 0 });
    pass(61);
    assert.deepEqual(lines, ['still at: preflight (30 s)', 'preflight: done']);
  });

  it('goes on after a question to the person stood in between', () => {
    const { waiting, progress, pass, lines } = world();
    waiting('disk', 'a');
    progress.stop();
    pass(60);
    waiting('disk', 'b');
    pass(31);
    assert.deepEqual(lines.slice(1), ['waiting for disk: b', 'still waiting for disk after 1 min 30 s: b']);
  });

  it('ends every sequence with the last state as its last word', () => {
    const change = fc.record({ stage: fc.constantFrom('disk', 'engine', 'runtime'), message: fc.constantFrom('a', 'b', 'c'), pause: fc.nat(40) });
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const { waiting, progress, pass, lines } = world();
      for (const { stage, message, pause } of changes) {
        waiting(stage, message);
        pass(pause);
      }
      progress.stop();
      const { stage, message } = changes.at(-1)!;
      assert.match(lines.at(-1)!, new RegExp(`waiting for ${stage}( after .*)?: ${message}$`));
    }), { numRuns: propertyRuns(100) });
  });
});

describe('cli: the live line', () => {
  it('keeps what is waited for and the end of why', () => {
    assert.equal(cutMiddle('engine: guest: engine, attempt 3: apt-unreachable: no route to host', 30), 'engine: guest: … route to host');
    for (const width of [1, 2, 3, 10]) assert.ok(cutMiddle('abcdefghijklmnop', width).length <= width);
  });
});
