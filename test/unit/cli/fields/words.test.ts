import assert from 'node:assert/strict';
import { redactOwn } from '../../../../src/identity/redact.js';
import { declaredFields } from '../../../../src/spec/schema/walk.js';
import { run } from '../helpers/run.js';

describe('the words of the tool', () => {
  it('are not taken for secrets: the name of a field that holds one, and the variable that is not set', async () => {
    const device = { metadata: { name: 'gw-01' }, spec: { hub: { hostname: 'h.example' }, identity: { register: {} }, edge: { registry: { server: 'r', username: 'u', password: { env: 'REGPW' } } } } };
    const { code, stderr } = await run(['render', '-f', '-'], { stdin: JSON.stringify(device) });
    assert.equal(code, 2);
    assert.match(stderr, /^error: spec\.edge\.registry\.password: environment variable REGPW is not set$/m);
  });

  it('stand as they are behind the name of any field, and in every sentence of help', async () => {
    for (const { path, node } of declaredFields().values()) {
      for (const words of ['is missing', 'environment variable X is not set', 'must be a mapping', 'the file cannot be read: it does not exist']) {
        assert.equal(redactOwn(`${path}: ${words}`), `${path}: ${words}`);
      }
      for (const text of [node.help, node.detail ?? '']) assert.equal(redactOwn(text), text, path);
    }
    for (const command of ['create', 'render', 'status', 'list', 'wait', 'delete']) {
      const { stdout } = await run([command, '--help']);
      assert.doesNotMatch(stdout, /\[secret\]/, command);
    }
    assert.equal(redactOwn('the proxy wants Basic authentication'), 'the proxy wants Basic authentication');
  });

  it('do not speak of a missing name where the connection string cannot be read', async () => {
    for (const value of ['x', 'HostName=h', 'HostName=h;DeviceId=d;SharedAccessKey=!']) {
      const { code, stderr } = await run(['create'], { env: { EDGE_VM_CONNECTION_STRING: value } });
      assert.equal(code, 2);
      assert.doesNotMatch(stderr, /metadata\.name|NAME/, value);
    }
    const { stderr } = await run(['create', '-f', '-'], { stdin: 'spec: { identity: { connectionString: text } }' });
    assert.match(stderr, /^error: spec\.identity\.connectionString: must say where the secret is/);
  });
});
