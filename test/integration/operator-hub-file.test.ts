import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { kinds } from '../../src/cluster/index.js';
import { textAt } from '../../src/support/plain.js';
import { theLab } from './harness/lab.js';
import { eventually } from './harness/objects.js';
import { openOperatorLab, type OperatorLab, type OperatorProcess } from './harness/operator.js';
import { openScene, type Scene } from './harness/scene.js';

/** Lines of its log with that message. */
const linesOf = (operator: OperatorProcess, message: string): Record<string, string>[] => operator.output().split('\n').filter((line) => line.includes(message)).map((line) => JSON.parse(line) as Record<string, string>);

describe('an operator whose credential file is for another hub', () => {
  let scene: Scene;
  let lab: OperatorLab;
  before(async () => {
    scene = await openScene('hub-file');
    lab = await openOperatorLab(scene, { onlyHere: true });
  });
  after(async () => {
    await lab.close();
    await scene.close();
  });

  it('gives the Lease back and ends with code 1, so that its pod starts again; the standby, whose file is as before, works at once', async () => {
    const text = theLab().variables.EDGE_VM_HUB_CONNECTION_STRING;
    const [first, second] = [await scene.file('first.txt', text), await scene.file('second.txt', text)];
    const holder = async (): Promise<string> => textAt(await scene.get(kinds.Lease, 'edge-vm-operator'), 'spec', 'holderIdentity') ?? '';
    const leader = await lab.start(['--hub-connection-string-file', first], { POD_NAME: 'one' });
    await eventually('the first one works', async () => (await holder()).startsWith('one'));
    const standby = await lab.start(['--hub-connection-string-file', second], { POD_NAME: 'two' });
    await eventually('the other one stands by', async () => linesOf(standby, '"stands by"').length > 0);

    await writeFile(first, text.replace(/HostName=[^;]+/, 'HostName=other.azure-devices.net'));
    assert.equal(await leader.ended, 1);
    const [line] = linesOf(leader, 'ends to start again');
    assert.match(line?.['why'] ?? '', /first\.txt is now for hub other\.azure-devices\.net, and was for /);
    assert.ok(!leader.output().includes(/SharedAccessKey=([^;]+)/.exec(text)![1]!), 'the log has no key');
    await eventually('the standby works', async () => (await holder()).startsWith('two'));
    assert.equal(linesOf(leader, 'lost the Lease').length, 0, 'it gave the Lease back');

    const again = await lab.start(['--hub-connection-string-file', first], { POD_NAME: 'one' });
    await eventually('its pod starts again, and stands by', async () => linesOf(again, '"stands by"').length > 0);
    again.kill('SIGTERM');
    standby.kill('SIGTERM');
    assert.deepEqual(await Promise.all([again.ended, standby.ended]), [0, 0]);
  });
});
