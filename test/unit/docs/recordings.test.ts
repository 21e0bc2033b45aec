import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { STAGES } from '../../../src/readiness/index.js';
import { read } from '../../docs/markdown.js';

const folder = 'docs/recordings';

interface Screen {
  write: (output: string) => void;
  rows: () => { text: string }[][];
}

interface Cast {
  width: number;
  height: number;
  events: [number, string][];
}

/** The screen of a recording after its last event, as text. */
async function endOf(name: string): Promise<string> {
  const file = (of: string): string => new URL(`../../../../scripts/recording/${of}`, import.meta.url).href;
  const { readCast } = (await import(file('cast.mjs'))) as { readCast: (text: string) => Cast };
  const { makeScreen } = (await import(file('screen.mjs'))) as { makeScreen: (width: number) => Screen };
  const { width, events } = readCast(read(`${folder}/${name}.cast`));
  const screen = makeScreen(width);
  for (const [, output] of events) screen.write(output);
  return screen.rows().map((runs) => runs.map(({ text }) => text).join('')).join('\n');
}

describe('recordings', () => {
  it('are as scripts/record.mjs shows them', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/record.mjs', '--check'], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('are recordings of asciinema', () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.cast'))) {
      const [header, ...events] = read(`${folder}/${name}`).trim().split('\n').map((line) => JSON.parse(line) as unknown);
      assert.deepEqual(Object.entries(header as object).filter(([key]) => ['version', 'width', 'height'].includes(key)).map(([, value]) => typeof value), ['number', 'number', 'number']);
      const times = (events as [number, string, string][]).map(([seconds, kind]) => (kind === 'o' ? seconds : Number.NaN));
      assert.ok(times.every((seconds, index) => seconds >= (times[index - 1] ?? 0)), name);
    }
  });

  it('say nothing of the machine, and no key', () => {
    for (const name of readdirSync(folder).filter((file) => /\.(?:cast|svg)$/.test(file))) {
      assert.doesNotMatch(read(`${folder}/${name}`), /\/(?:home|root|tmp|work|Users|var)\/|SharedAccessKey|127\.0\.0\.1/, name);
    }
  });

  it('of create ends with a device that is ready, and shows each stage below', async () => {
    const screen = await endOf('create');
    const reached = STAGES.slice(0, STAGES.indexOf('connected') + 1);
    assert.deepEqual([...screen.matchAll(/^✔ (\w+) +\d/gm)].map((match) => match[1]), reached);
    assert.match(screen, /^gw-01 is ready \(connected\)/m);
  });

  it('of a failure ends with cause and hint', async () => {
    const screen = await endOf('failure');
    assert.match(screen, /^error: [\s\S]*^cause: unschedulable$[\s\S]*^hint: {2}/m);
  });
});
