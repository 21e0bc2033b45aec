import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeVmError } from '../../../src/support/errors.js';
import { fakeRooms, hubConnectionString, readyResult, run } from './helpers/run.js';

describe('cli: what create refuses and reports', () => {
  it('refuses a device with a certificate before any request', async () => {
    const { deps, calls } = fakeRooms(readyResult());
    const { code, stderr } = await run(['create'], { deps, env: { EDGE_VM_CONNECTION_STRING: 'HostName=contoso.azure-devices.net;DeviceId=gw-01;x509=true' } });
    assert.equal(code, 2);
    assert.match(stderr, /^error: EDGE_VM_CONNECTION_STRING \(x509\): is not supported yet: the device must have a symmetric key\n[^]*hint: {2}edge-vm does not support X\.509 certificates yet/);
    assert.deepEqual([calls.create, calls.cluster], [[], []]);
  });

  it('says that the given connection string is of another hub than --hub, which needs a package', async () => {
    const missing = new EdgeVmError('missing-prerequisite', 'needs the package', { hint: 'Install it', advice: [{ do: 'use', option: 'hubConnectionString' }] });
    const { deps } = fakeRooms(readyResult());
    const { code, stderr } = await run(['create', 'gw-01', '--register', '--hub', 'fabrikam'], {
      deps: { ...deps, hub: async () => ({ connectHub: () => Promise.reject(missing) }) as never }, env: { EDGE_VM_HUB_CONNECTION_STRING: hubConnectionString },
    });
    assert.equal(code, 3);
    assert.match(stderr.replaceAll(/\s+/g, ' '), /hint: EDGE_VM_HUB_CONNECTION_STRING is of contoso\.azure-devices\.net: to use that hub, leave --hub out\. Otherwise: Install it \(EDGE_VM_HUB_CONNECTION_STRING, --hub-connection-string-file\)/);
  });

  it('says of a file of another kind only that, and names the field of a secret that the file names', async () => {
    const says = async (stdin: string): Promise<string> => (await run(['create', '-f', '-', '--dry-run', 'client'], { stdin })).stderr.split('\ncause:')[0]!;
    assert.equal(await says('kind: Deployment\nmetadata: {name: x}\nspec: {replicas: 1}\n'), 'error: standard input: is a Deployment; only EdgeDevices are accepted here, use kubectl for other objects');
    assert.equal(await says('name: gw-01\n'), 'error: standard input: is not an EdgeDevice: it has no kind, metadata and spec');
    const device = (source: string): string => `kind: EdgeDevice\nmetadata: {name: gw-01}\nspec: {identity: {connectionString: ${source}}}\n`;
    assert.equal(await says(device('{file: nope.txt}')), 'error: spec.identity.connectionString: the file cannot be read: it does not exist (got "nope.txt")');
    assert.equal(await says(device('{env: NOPE}')), 'error: spec.identity.connectionString: environment variable NOPE is not set');
  });

  it('hints to apply a file of two devices, or to split it', async () => {
    const two = 'apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\n---\napiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\n';
    const { code, stderr } = await run(['create', '-f', '-', '--register'], { stdin: two });
    assert.equal(code, 2);
    assert.match(stderr, /holds 2 devices[^]*hint: {2}For all of them: edge-vm apply -f -\. For one, split/);
  });

  it('says with --no-wait that it is applied, and not how far it waits', async () => {
    const { deps } = fakeRooms(readyResult({ ready: false, stage: 'applied' }), ({ onEvent }) => onEvent({ type: 'waiting', stage: 'disk', message: 'DataVolume x is not made yet', at: 0 }));
    const { stderr } = await run(['create', 'gw-01', '--register', '--no-wait'], { deps });
    assert.match(stderr, /gw-01 is applied after/);
    assert.doesNotMatch(stderr, /waiting/);
  });

  it('says why it needs the identity service’s version', async () => {
    const { stderr } = await run(['create', 'gw-01', '--register', '--edge-version', '1.5.20-1'], { deps: fakeRooms(readyResult()).deps });
    assert.match(stderr, /--identity-service-version \(spec\.edge\.identityServiceVersion\): is missing: aziot-edge depends on one exact/);
  });

  it('names the flag of what is wrong in a person’s own cloud-config', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'edge-vm-'));
    await writeFile(join(dir, 'own.yaml'), 'bootcmd: 5\nusers: nobody-knows\nruncmd: word\n');
    const { code, stderr } = await run(['render', 'gw-01', '--hub', 'contoso', '--device-id', 'gw-01', '--cloud-config', join(dir, 'own.yaml')]);
    await rm(dir, { recursive: true });
    assert.equal(code, 2);
    assert.match(stderr, /--cloud-config \(spec\.guest\.cloudConfig/);
  });
});
