import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { labPaths, type LabPaths } from '../../src/control-plane/paths.js';
import { processesWithEnvironment, residentBytes, startTimeOf } from '../../src/control-plane/proc.js';
import { assertRunning, isRunning, listRecords, readRecord, startProcess, stopProcess, stopStrays } from '../../src/control-plane/processes.js';

describe('processes of a lab', () => {
  let folder: string;
  let paths: LabPaths;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-processes-'));
    paths = labPaths('t', { EDGE_VM_STATE_DIR: folder, EDGE_VM_CACHE_DIR: folder, HOME: folder });
  });
  afterEach(async () => {
    await stopStrays(paths);
    rmSync(folder, { recursive: true, force: true });
  });

  const sleeper = (name: string): { name: string; argv: string[] } => ({ name, argv: ['/bin/sh', '-c', 'echo hello; exec sleep 60'] });

  it('keeps its temporary files inside the lab, so that they are removed with it', async () => {
    const record = startProcess(paths, { name: 'temporary', argv: ['sh', '-c', 'touch "$TMPDIR/left" && sleep 60'] });
    await untilTrue(() => existsSync(join(paths.tmp, 'left')));
    assert.ok(paths.tmp.startsWith(paths.state));
    assert.equal(isRunning(record), true);
  });

  it('starts one, once, with its log and its record', async () => {
    const first = startProcess(paths, sleeper('one'));
    assert.equal(isRunning(first), true);
    assert.deepEqual(startProcess(paths, sleeper('one')), first);
    assert.deepEqual(listRecords(paths).map(({ name }) => name), ['one']);
    assert.ok(residentBytes(first.pid) > 0);
    await untilTrue(() => readFileSync(paths.log('one'), 'utf8') === 'hello\n');
  });

  it('stops it and forgets it', async () => {
    const record = startProcess(paths, sleeper('one'));
    assert.equal(await stopProcess(paths, 'one'), true);
    assert.equal(startTimeOf(record.pid), undefined);
    assert.equal(readRecord(paths, 'one'), undefined);
    assert.equal(await stopProcess(paths, 'one'), false);
  });

  it('kills what does not end when asked', async () => {
    const record = startProcess(paths, { name: 'deaf', argv: ['/bin/sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'] });
    await untilTrue(() => readFileSync(paths.log('deaf'), 'utf8') === 'ready\n');
    assert.equal(await stopProcess(paths, 'deaf', 100), true);
    assert.equal(isRunning(record), false);
  });

  it('never touches a process that only has the recorded pid', async () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    // Start times count in ticks of 10 ms; two processes of one tick would look the same.
    await delay(50);
    startProcess(paths, sleeper('one'));
    const file = join(paths.run, 'one.json');
    const record = readRecord(paths, 'one')!;
    try {
      writeFileSync(file, JSON.stringify({ ...record, pid: other.pid }));
      assert.equal(await stopProcess(paths, 'one'), false);
      assert.notEqual(startTimeOf(other.pid!), undefined);
    } finally {
      other.kill();
    }
  });

  it('finds and stops what lost its record', async () => {
    const record = startProcess(paths, sleeper('lost'));
    rmSync(paths.run, { recursive: true });
    await untilTrue(() => processesWithEnvironment('EDGE_VM_LAB_STATE_OF', paths.state).includes(record.pid));
    assert.equal(await stopStrays(paths), 1);
    assert.equal(isRunning(record), false);
  });

  it('shows the end of the log of a process that ended by itself', async () => {
    const record = startProcess(paths, { name: 'brief', argv: ['/bin/sh', '-c', 'echo out of luck; exit 3'] });
    await untilTrue(() => !isRunning(record));
    assert.throws(() => assertRunning(paths, 'brief'), /brief ended by itself: out of luck/);
  });

  it('leaves no files for a program that does not exist', () => {
    assert.throws(() => startProcess(paths, { name: 'none', argv: ['/nonexistent/program'] }), /could not be started/);
    assert.equal(existsSync(join(paths.run, 'none.json')), false);
  });
});

async function untilTrue(look: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !look(); ) {
    assert.ok(Date.now() < end, 'waited 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
