import assert from 'node:assert/strict';
import { makeLiveLine } from '../../../src/cli/output/live-line.js';
import { pluginTerminal } from '../../../src/cli/run/plugin-terminal.js';
import { makeSession } from '../../../src/cli/run/session.js';
import { defaultDeps } from '../../../src/cli/run/deps.js';
import type { CliIo } from '../../../src/cli/run/io.js';

const redraw = { isTTY: true, columns: 80, cursorTo: () => true, moveCursor: () => true, clearLine: () => true };

describe('the terminal of a credential plugin', () => {
  function session(options: { isTTY?: boolean; stdin?: string } = {}) {
    let shown = '';
    const steps: string[] = [];
    const stdin = { isTTY: options.isTTY ?? true, async *[Symbol.asyncIterator]() { yield options.stdin ?? ''; } };
    const io: CliIo = {
      stdin, stdout: { write: () => true }, stderr: { write: (text: string) => ((shown += text), steps.push('write')), ...redraw }, env: { EDGE_VM_CONNECTION_STRING: 'canary-connection-string' },
      now: () => 0, sleep: async () => undefined, signal: new AbortController().signal, programName: 'edge-vm', cwd: '/', edit: async () => 0,
    };
    const made = makeSession(io, defaultDeps);
    made.line = { hold: () => void steps.push('hold'), release: () => void steps.push('release') };
    return { made, terminal: pluginTerminal(made), shown: () => shown, steps };
  }

  it('shows what the plugin says line by line, without secrets and terminal sequences', () => {
    const { terminal, shown } = session();
    terminal.onRun?.('started', false);
    terminal.onOutput?.('To sign in, open https://microsoft.com/devicelogin and enter the code ABCD1234\nkey canary-connection');
    terminal.onOutput?.('-string \u001b[31mred\u001b[0m\r\n  token eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.abc\n');
    terminal.onRun?.('ended', false);
    assert.equal(shown(), 'To sign in, open https://microsoft.com/devicelogin and enter the code ABCD1234\nkey [secret] red\n  token [secret]\n');
  });

  it('shows a question that has no line end, and ends its line with the plugin', async () => {
    const { terminal, shown } = session();
    terminal.onRun?.('started', true);
    terminal.onOutput?.('Password: ');
    while (shown() === '') await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(shown(), 'Password: ');
    terminal.onOutput?.('wrong\nPassword:');
    terminal.onRun?.('ended', true);
    assert.equal(shown(), 'Password: wrong\nPassword:\n');
  });

  it('is left to the plugin while it asks or speaks, and given back', () => {
    const asking = session();
    asking.terminal.onRun?.('started', true);
    asking.terminal.onRun?.('ended', true);
    assert.deepEqual(asking.steps, ['hold', 'release']);
    const speaking = session();
    speaking.terminal.onRun?.('started', false);
    speaking.terminal.onOutput?.('words\n');
    speaking.terminal.onRun?.('ended', false);
    assert.deepEqual(speaking.steps, ['hold', 'write', 'release']);
  });

  it('is drawn on by no progress meanwhile, which is there again afterwards', () => {
    const { made, shown } = session();
    const line = makeLiveLine(made);
    line.hold();
    line.show('disk: import 1 %');
    line.above('a line');
    assert.equal(shown(), 'a line\n');
    line.release();
    assert.match(shown(), /disk: import 1 %/);
    line.stop();
  });

  it('is none in a pipe, nor where the command reads standard input itself', async () => {
    assert.equal(session().terminal.interactive?.(), true);
    assert.equal(session({ isTTY: false }).terminal.interactive?.(), false);
    const reading = session({ stdin: 'text' });
    assert.equal(await reading.made.text.readStdin(), 'text');
    assert.equal(reading.terminal.interactive?.(), false);
  });
});
