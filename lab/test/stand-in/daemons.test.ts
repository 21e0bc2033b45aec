import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startConnectProxy } from '../hub/support/connect-proxy.js';
import { HOSTNAME, startTestHub, type TestHub } from '../hub/support/test-hub.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const daemon = (path: string): string => join(ROOT, 'lab/stand-in', path);
const IDENTITYD = daemon('aziot-identity-service/usr/libexec/aziot-identity-service/aziot-identityd');
const EDGED = daemon('aziot-edge/usr/libexec/aziot-edge/aziot-edged');

/** Loads a daemon's file as a module `m`, without its last line, which runs it. */
const load = (file: string): string => `import types
m = types.ModuleType('m')
exec(open(${JSON.stringify(file)}).read().removesuffix('sys.exit(main())\\n'), m.__dict__)
`;

/** What the guest reports from a daemon's log: code and message. */
function evidence(log: string): string[] {
  const { stdout, stderr } = spawnSync('dash', ['-c', `. ${join(ROOT, 'cloud-init/guest/lib/evidence.sh')}; daemon_evidence`], { encoding: 'utf8', input: log });
  assert.equal(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('stand-in daemons', function () {
  this.timeout(30_000);
  let hub: TestHub;
  let proxy: Awaited<ReturnType<typeof startConnectProxy>>;
  let folder: string;
  const key = randomBytes(32).toString('base64');
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-stand-in-'));
    hub = await startTestHub();
    proxy = await startConnectProxy({ [`${HOSTNAME}:443`]: hub.hub.httpsPort });
    writeFileSync(join(folder, 'ca.pem'), hub.ca);
  });
  after(async () => {
    await proxy.close();
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function register(deviceId: string, iotEdge = true): Promise<void> {
    const authentication = { type: 'sas', symmetricKey: { primaryKey: key, secondaryKey: key } };
    assert.equal((await hub.call('PUT', `/devices/${encodeURIComponent(deviceId)}`, { body: { deviceId, capabilities: { iotEdge }, authentication } })).status, 200);
  }

  interface Run { log: string; answer: { key?: string; error?: string } | undefined; status: number | null }

  /** Runs identityd until it has answered edged, or has ended. */
  async function identityd(deviceId: string, { deviceKey = key, env = {} }: { deviceKey?: string; env?: Record<string, string> } = {}): Promise<Run> {
    const answerFile = join(folder, 'agent.json');
    rmSync(answerFile, { force: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ hub: HOSTNAME, device: deviceId, key: deviceKey }));
    const script = `${load(IDENTITYD)}
m.CONFIG, m.ANSWER = ${JSON.stringify(join(folder, 'config.json'))}, ${JSON.stringify(answerFile)}
m.time.sleep = lambda seconds: m.sys.exit(0) if m.os.path.exists(m.ANSWER) else None
m.main()`;
    const child = spawn('python3', ['-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', https_proxy: `http://127.0.0.1:${proxy.port}`, SSL_CERT_FILE: join(folder, 'ca.pem'), ...env },
    });
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { log, status, answer: existsSync(answerFile) ? JSON.parse(readFileSync(answerFile, 'utf8')) : undefined };
  }

  for (const deviceId of ['gw-01', 'GW-Upper', '50%_a=b']) {
    it(`give ${deviceId} the key of its agent that the hub has`, async () => {
      await register(deviceId);
      const { answer, log } = await identityd(deviceId);
      const { body } = await hub.call('GET', `/devices/${encodeURIComponent(deviceId)}/modules/$edgeAgent`);
      assert.equal(answer?.key, body.authentication.symmetricKey.primaryKey);
      assert.match(log, /^<6>\d{4}-\S+Z \[INFO\] - Identity reconciliation complete\.$/m);
      assert.deepEqual(evidence(log), ['none']);
      assert.equal((await identityd(deviceId)).answer?.key, answer?.key, 'the key stays');
    });
  }

  it('end if the hub has no such device', async () => {
    const { status, log } = await identityd('gone');
    assert.equal(status, 1);
    assert.deepEqual(evidence(log), ['device-not-found', '404001 Device gone not registered']);
  });

  it('end if the hub refuses the key', async () => {
    await register('refused');
    const { status, log } = await identityd('refused', { deviceKey: randomBytes(32).toString('base64') });
    assert.equal(status, 1);
    assert.deepEqual(evidence(log), ['unauthorized', 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized']);
  });

  it('answer edged why a device that is not edge-enabled has no agent', async () => {
    await register('plain', false);
    const { log, answer } = await identityd('plain');
    assert.match(log, /\[INFO\] - !!! Hub client error\n.*\[INFO\] - !!! caused by: \{"errorCode":404010,/);
    assert.match(answer?.error ?? '', /^Hub client error\ncaused by: \{"errorCode":404010,/);
    assert.deepEqual(evidence(log), ['not-edge-enabled', '404010 Module $edgeAgent on device plain not registered']);
  });

  it('go on if they cannot reach the hub, and say why', async () => {
    const untrusted = await identityd('gw-01', { env: { SSL_CERT_FILE: '/dev/null' } });
    assert.match(untrusted.log, /\[WARN\] - Network not available for Identity reconciliation\. Using offline backup from last run\./);
    assert.equal(evidence(untrusted.log)[0], 'hub-untrusted');
    assert.match(evidence(untrusted.log)[1] ?? '', /^error:0A000086:SSL routines:.*certificate verify failed.*certificate/);
    const refused = await identityd('gw-01', { env: { https_proxy: 'http://127.0.0.1:1' } });
    assert.deepEqual(evidence(refused.log), ['hub-unreachable', 'Connection refused (os error 111)']);
    const strict = await startConnectProxy({ [`${HOSTNAME}:443`]: '407 Proxy Authentication Required' });
    const login = await identityd('gw-01', { env: { https_proxy: `http://127.0.0.1:${strict.port}` } });
    await strict.close();
    assert.deepEqual(evidence(login.log), ['proxy-refused', 'unsuccessful tunnel (HTTP/1.1 407 Pro)']);
  });

  it('keep the engine’s reason if the agent’s image cannot be pulled', () => {
    const script = `${load(EDGED)}
m.log_refusal('Error response from daemon: Head "https://r.test/v2/a/manifests/1": unauthorized: authentication required\\n', 'Failed to pull Edge runtime module', 'registry operation error: pull image "r.test/a:1"')`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.deepEqual(evidence(stdout), ['agent-image', 'HTTP 500 Internal Server Error: Head "https://r.test/v2/a/manifests/1": unauthorized: authentication required (pull image "r.test/a:1")']);
  });
});
