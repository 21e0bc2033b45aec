import assert from 'node:assert/strict';
import fc from 'fast-check';
import { guestShell } from './guest-shell.js';
import { readRecords } from './stage-record.js';
import { propertyRuns } from '../helpers/property-runs.js';

function recordOf(script: string, env: Record<string, string> = {}): ReturnType<typeof readRecords>[number] {
  const { console: text, stderr } = guestShell(`${script}\nemit_record`, { env });
  assert.equal(stderr, '');
  const records = readRecords(text);
  assert.equal(records.length, 1, text);
  return records[0]!;
}

describe('stage record writer', () => {
  it('reports the whole state', () => {
    const record = recordOf(`
      STAGE=engine STATE=retrying ATTEMPT=3 CODE=apt-unreachable MESSAGE='E: no "route" to C:\\\\host'
      VERSION_ENGINE=27.0-1 VERSION_EDGE=1.6.0-1
      echo "$(boot_id) 17" >"$STATE_DIR/done/clock"; echo 'another-boot 99' >"$STATE_DIR/done/engine"; : >"$STATE_DIR/done/runtime"
      HEALTH='"engine":"ok","edged":"down","agent":"absent"' AGENT_CODE=unauthorized AGENT_MESSAGE='401 Unauthorized'`);
    assert.equal(record.seq, 1);
    assert.match(record.boot, /^[0-9a-f-]{36}$/);
    assert.ok(Math.abs(record.time - Date.now() / 1000) < 60);
    assert.deepEqual({ ...record, boot: '', time: 0, up: 0 }, {
      seq: 1, boot: '', time: 0, up: 0, stage: 'engine', state: 'retrying', attempt: 3, code: 'apt-unreachable',
      message: String.raw`E: no "route" to C:\\host`,
      // Of an earlier boot: 0. An empty file is a mark that a power loss has undone.
      done: { clock: 17, engine: 0 },
      health: { engine: 'ok', edged: 'down', agent: 'absent' },
      agent: { connected: false, code: 'unauthorized', message: '401 Unauthorized' },
      versions: { engine: '27.0-1', edge: '1.6.0-1' },
    });
  });

  it('counts on over restarts, also when its file was damaged', () => {
    const { console: text } = guestShell("emit_record; emit_record; echo '008x' >\"$STATE_DIR/seq\"; emit_record; : >\"$STATE_DIR/seq\"; emit_record");
    assert.deepEqual(readRecords(text).map((record) => record.seq), [1, 2, 9, 1]);
  });

  it('starts on a line of its own', () => {
    assert.match(guestShell("printf 'login: ' >\"$CONSOLE\"; emit_record").console, /^login: \n@edge-vm1 .*\n$/);
  });

  it('makes a whole record of any message, with no control code and within 1024 bytes', function () {
    this.timeout(60_000);
    const nasty = fc.string({ unit: fc.oneof(fc.constantFrom('"', '\\', "'", '\n', '\u001b[31m', '\r', '\t', '%', '$', '`', 'é', '\u0007'), fc.string({ minLength: 1, maxLength: 1 })), maxLength: 900 }).filter((text) => !text.includes('\0'));
    fc.assert(fc.property(nasty, nasty, (message, agent) => {
      const record = recordOf('MESSAGE=$M AGENT_MESSAGE=$A HEALTH=\'"engine":"ok","edged":"ok","agent":"ok"\' VERSION_EDGE=$A VERSION_ENGINE=$A VERSION_IDENTITY=$A', { M: message, A: agent });
      assert.ok((record.message ?? '').length <= 300);
    }), { numRuns: propertyRuns(20) });
  });

  it('keeps what it can of a message that is all quotes', () => {
    const { message = '' } = recordOf('MESSAGE=$M AGENT_MESSAGE=$M HEALTH=\'"engine":"ok"\'', { M: '"'.repeat(900) });
    assert.match(message, /^"{50,300}$/);
  });

  const key = 'c2VjcmV0LWtleS1jYW5hcnktMDEyMzQ1Njc4OWFiY2RlZg==';
  const secrets = [
    `HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=${key}`,
    `device_id_pk = { value = "${key}" }`,
    `"password": "${key}"`,
    `password='${key}'`,
    `connection_string = "HostName=h;DeviceId=d;SharedAccessKey=${key}"`,
    `SharedAccessSignature sr=h&sig=${key}&se=1`,
    `GET https://user:${key}@proxy:3128/`,
    `unexpected token ${key} at line 3`,
  ];
  for (const text of secrets) {
    it(`filters ${text.replace(key, '…').slice(0, 60)}`, () => {
      const { message = '' } = recordOf('MESSAGE=$M', { M: text });
      assert.doesNotMatch(message, /c2VjcmV0|MDEyMzQ1/);
      assert.match(message, /\[secret\]/);
    });
  }

  it('leaves plain words alone', () => {
    const text = "E: Version '1.6.0-1' for 'aziot-edge' was not found; see https://packages.microsoft.com/ubuntu/24.04/prod sha256:abcdef";
    assert.equal(recordOf('MESSAGE=$M', { M: text }).message, text);
  });

  it('survives a console that does not take anything, and a state folder that cannot be written', () => {
    const { status, stdout } = guestShell('(CONSOLE=/nonexistent/tty; emit_record; STATE_DIR=/proc/nonexistent; emit_record) && echo fine');
    assert.equal(stdout, 'fine\n');
    assert.equal(status, 0);
  });
});
