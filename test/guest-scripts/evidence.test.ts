import assert from 'node:assert/strict';
import { guestShell } from './guest-shell.js';

const at = '2026-11-28T04:00:00Z';
const info = (text: string): string => `${at} [INFO] - ${text}`;
const warn = (text: string): string => `${at} [WARN] - ${text}`;
const error = (text: string): string => `${at} [ERR!] - ${text}`;
const tracking = '"trackingId":"a71c1f3f5a6c4a5f8ee0a1a1d3a5b5bd-G:0-TimeStamp:11/28/2026 04:00:00"';
const numbered = (code: number, message: string): string => `{"errorCode":${code},${tracking},"message":"${message}","timestampUtc":"2026-11-28T04:00:00.000Z"}`;

/** identityd ends at its start (`aziotd/src/main.rs`), with a backtrace. */
const ends = (client: 'Hub' | 'DPS', cause: string): string[] => [
  info('Provisioning starting. Reason: Startup'),
  error(`Failed to provision with IoT Hub, and no valid device backup was found: ${client} client error`),
  error('service encountered an error'), error(`caused by: ${client} client error`), error(`caused by: ${cause}`), error('   0: <unknown>'), '   1: <unknown>',
];
/** edged asks identityd for the agent's identity, and gets the reason why not (`edgelet/aziot-edged/src/watchdog.rs`). */
const watchdog = (...causes: string[]): string[] => [
  info('Watchdog checking Edge runtime status'),
  info('<-- PUT /identities/modules/$edgeAgent?api-version=2020-09-01 {"host": "identityd.sock"}'),
  info('!!! Hub client error'), ...causes.map((cause) => info(`!!! caused by: ${cause}`)), info('--> 404 {"content-type": "application/json"}'),
  warn('Error in watchdog: Failed to update $edgeAgent identity: Hub client error'), ...causes.map((cause) => `caused by: ${cause}`),
];
const connect = 'client error (Connect)';
/** A pull that fails (`edgelet/edgelet-docker/src/runtime.rs`). */
const pull = (...chain: string[]): string[] => [
  info('Pulling image via tag contoso.azurecr.io/agent:1.6...'), warn('container runtime error'), '', 'Caused by:', ...chain.map((cause) => `    ${cause}`),
  warn('Error in watchdog: Failed to pull Edge runtime module: registry operation error: pull image "contoso.azurecr.io/agent:1.6"'),
];
const offline = [
  warn(`Failed to send HTTP request (attempt 1 of 2): ${connect}`), warn(`Failed to send HTTP request (attempt 2 of 2): ${connect}`),
  warn('Network not available for Identity reconciliation. Using offline backup from last run.'),
];
const untrusted = 'error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889:: unable to get local issuer certificate';

const daemons: [what: string, lines: string[], evidence: string[]][] = [
  ['a device that was deleted', ends('Hub', numbered(404001, 'Device gw-01 not registered')), ['device-not-found', '404001 Device gw-01 not registered']],
  ['a device that is no edge device', watchdog(numbered(404010, 'Module $edgeAgent on device gw-01 not registered')), ['not-edge-enabled', '404010 Module $edgeAgent on device gw-01 not registered']],
  ['another module that is not there', [info('!!! Hub client error'), info(`!!! caused by: ${numbered(404010, 'Module sensor on device gw-01 not registered')}`)], []],
  ['a key that the hub refuses', ends('Hub', 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized'), ['unauthorized', 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized']],
  ['a key that the hub refuses by number', ends('Hub', `{"errorCode":401002,"message":"Unauthorized access",${tracking}}`), ['unauthorized', '401002 Unauthorized access']],
  ['a key that DPS refuses', ends('DPS', 'Unauthorized'), ['unauthorized', 'Unauthorized']],
  ['an authority that the guest does not know', [...offline, ...watchdog(connect, untrusted)], ['hub-untrusted', untrusted]],
  ['the same, seen after its cause', [...watchdog(connect, untrusted), ...offline], ['hub-untrusted', untrusted]],
  ['a proxy that wants another login', [...offline, ...watchdog(connect, 'unsuccessful tunnel (HTTP/1.1 407 Pro)')], ['proxy-refused', 'unsuccessful tunnel (HTTP/1.1 407 Pro)']],
  ['a proxy that does not let the hub through', watchdog(connect, 'unsuccessful tunnel (HTTP/1.1 403 For)'), ['proxy-refused', 'unsuccessful tunnel (HTTP/1.1 403 For)']],
  ['a proxy that does not reach the hub', watchdog(connect, 'unsuccessful tunnel (HTTP/1.1 502 Bad)'), ['hub-unreachable', 'unsuccessful tunnel (HTTP/1.1 502 Bad)']],
  ['a hub with an error of its own', [offline[2]!], ['hub-unreachable', 'Network not available for Identity reconciliation. Using offline backup from last run.', 'vague']],
  ['a name that is not resolved', watchdog(connect, 'dns error', 'failed to lookup address information: Name or service not known'), ['hub-unreachable', 'failed to lookup address information: Name or service not known']],
  ['a hub that is not reached', watchdog(connect, 'tcp connect error', 'Connection refused (os error 111)'), ['hub-unreachable', 'Connection refused (os error 111)']],
  ['a hub that throttles', [warn('HTTP request throttled (attempt 1 of 5). Sleeping for 66 seconds.')], ['hub-unreachable', 'HTTP request throttled (attempt 1 of 5). Sleeping for 66 seconds.', 'vague']],
  ['what identityd alone says, at INFO', [info('!!! Hub client error'), info(`!!! caused by: ${connect}`), info(`!!! caused by: ${untrusted}`), info('--> 404 {}')], ['hub-untrusted', untrusted]],
  ['what identityd alone says of the way, at INFO', [info('!!! Hub client error'), info(`!!! caused by: ${connect}`), info('!!! caused by: Connection refused (os error 111)')], ['hub-unreachable', 'Connection refused (os error 111)']],
  ['a registry that wants a login', pull('HTTP 500 Internal Server Error: Head "https://contoso.azurecr.io/v2/agent/manifests/1.6": unauthorized: authentication required'),
    ['agent-image', 'HTTP 500 Internal Server Error: Head "https://contoso.azurecr.io/v2/agent/manifests/1.6": unauthorized: authentication required (pull image "contoso.azurecr.io/agent:1.6")']],
  ['an image that is not there', pull('HTTP 404 Not Found: manifest for contoso.azurecr.io/agent:1.6 not found: manifest unknown: manifest tagged by "1.6" is not found'),
    ['agent-image', 'HTTP 404 Not Found: manifest for contoso.azurecr.io/agent:1.6 not found: manifest unknown: manifest tagged by "1.6" is not found (pull image "contoso.azurecr.io/agent:1.6")']],
  ['an engine that does not answer a pull', pull('0: client error (Connect)', '1: No such file or directory (os error 2)'), []],
  ['an agent that the engine does not create', [warn('container runtime error'), '', 'Caused by:', '    HTTP 409 Conflict: Conflict. The container name "/edgeAgent" is already in use', warn('Error in watchdog: Failed to create Edge runtime module: runtime operation error: create module "edgeAgent"')],
    ['agent-failed', 'HTTP 409 Conflict: Conflict. The container name "/edgeAgent" is already in use (create module "edgeAgent")']],
  ['what was mended since', [...watchdog(connect, untrusted), info('Identity reconciliation complete.')], ['none']],
  ['an image that came in the end', [...pull('HTTP 500 Internal Server Error: context deadline exceeded'), info('Successfully pulled image contoso.azurecr.io/agent:1.6')], ['none']],
  ['requests among the daemons', [info('<-- GET /identities/modules/x 401'), info('--> 404 {"errorCode":404001}'), info('Watchdog checking Edge runtime status')], []],
  ['a fault that is not of the hub', [error('service encountered an error'), error('caused by: could not load settings'), error('caused by: Permission denied (os error 13)')], []],
];

const agents: [what: string, lines: string[], evidence: string[]][] = [
  ['a connection', ['<6> 2026-11-28 04:00:00.378 +00:00 [INF] - Edge agent connected to IoT Hub via Amqp_WebSocket_Only.'], ['none']],
  ['a twin', ['<6> 2026-11-28 04:00:00.378 +00:00 [INF] - Obtained Edge agent twin from IoTHub with desired properties version 3 and reported properties version 5.'], ['none']],
  ['an error without a cause', ['<4> 2026-11-28 04:00:00.401 +00:00 [WRN] - Error creating a device-to-cloud connection'], ['hub-unreachable', '<4> 2026-11-28 04:00:00.401 +00:00 [WRN] - Error creating a device-to-cloud connection', 'vague']],
  ['a key that is refused', ['[WRN] - Error creating a device-to-cloud connection', `Microsoft.Azure.Devices.Client.Exceptions.UnauthorizedException: ${JSON.stringify({ Message: numbered(401002, 'Unauthorized') })}`, '   at Microsoft.Azure.Devices.Client.Transport.Amqp'], ['unauthorized', '401002 Unauthorized']],
  ['a device that is gone', ['Microsoft.Azure.Devices.Client.Exceptions.DeviceNotFoundException: Device gw-404010 not registered'], ['device-not-found', 'Microsoft.Azure.Devices.Client.Exceptions.DeviceNotFoundException: Device gw-404010 not registered']],
  ['an authority that is not known', ['System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: PartialChain'], ['hub-untrusted', 'System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: PartialChain']],
  ['a proxy that wants a login', ["System.Net.Http.HttpRequestException: The proxy tunnel request to proxy 'http://proxy:3128/' failed with status code '407'."], ['proxy-refused', "System.Net.Http.HttpRequestException: The proxy tunnel request to proxy 'http://proxy:3128/' failed with status code '407'."]],
  ['a time-out', ['Microsoft.Azure.Devices.Client.Exceptions.IotHubCommunicationException: at 10.0.0.404:443'], ['hub-unreachable', 'Microsoft.Azure.Devices.Client.Exceptions.IotHubCommunicationException: at 10.0.0.404:443']],
  ['a connection that came in the end', ['UnauthorizedException', '[INF] - Edge agent connected to IoT Hub via Mqtt_Tcp_Only.'], ['none']],
  ['numbers in names', ['[INF] - Executing command: "Create module gw-401"', '404', '[WRN] - module temp-404001 stopped'], []],
];

describe('evidence in the logs', () => {
  for (const [source, cases] of [['daemon_evidence', daemons], ['agent_evidence', agents]] as const) {
    for (const [what, lines, evidence] of cases) {
      it(`${source}: ${what}`, () => {
        const { stdout, stderr } = guestShell(source, { input: lines.map((line) => `${line}\n`).join('') });
        assert.equal(stderr, '');
        assert.deepEqual(stdout.split('\n').filter((line) => line !== ''), evidence);
      });
    }
  }
});

describe('the report of what the logs say', () => {
  /** Looks at one journal after the other; returns code and message after each look. */
  function looks(...journals: string[][]): string[] {
    const script = ['mkdir "$RUN_DIR/bin"; PATH=$RUN_DIR/bin:$PATH', `printf '#!/bin/sh\\ncat %s\\n' "$RUN_DIR/journal" >"$RUN_DIR/bin/journalctl"; chmod +x "$RUN_DIR/bin/journalctl"`];
    const env: Record<string, string> = {};
    for (const [index, lines] of journals.entries()) {
      env[`J${index}`] = lines.join('\n');
      script.push(`printf '%s\\n' "$J${index}" >"$RUN_DIR/journal"; observe_daemon_logs 0; echo "$AGENT_CODE|$AGENT_MESSAGE"`);
    }
    const { stdout, stderr } = guestShell(script.join('\n'), { env });
    assert.equal(stderr, '');
    return stdout.trimEnd().split('\n');
  }

  it('keeps the cause if later lines show none', () => {
    const proxy = watchdog(connect, 'unsuccessful tunnel (HTTP/1.1 407 Pro)');
    const told = 'proxy-refused|unsuccessful tunnel (HTTP/1.1 407 Pro)';
    assert.deepEqual(looks(offline, proxy, offline, [info('nothing')]), ['hub-unreachable|Failed to send HTTP request (attempt 1 of 2): client error (Connect)', told, told, told]);
  });

  it('forgets it when it is repaired, and takes another', () => {
    assert.deepEqual(looks(watchdog(connect, untrusted), [info('Identity reconciliation complete.')], ends('Hub', numbered(404001, 'Device d not registered'))),
      [`hub-untrusted|${untrusted}`, '|', 'device-not-found|404001 Device d not registered']);
  });
});

describe('`iotedge config apply`', () => {
  /** Runs the step with programs that answer as said; gives code and message. */
  function apply(says: string, { status = 1, engine = 'exit 0', ...more }: { status?: number; engine?: string; env?: Record<string, string> } = {}): string[] {
    const program = (name: string, text: string): string => `printf '#!/bin/sh\\n%s\\n' '${text}' >"$RUN_DIR/bin/${name}"`;
    const { stdout, stderr } = guestShell([
      'mkdir "$RUN_DIR/bin"; PATH=$RUN_DIR/bin:$PATH EDGE_VM_ENGINE_WAIT=0',
      program('iotedge', `printf "%s" "$SAYS"; exit ${status}`), program('docker', engine), program('systemctl', 'exit 0'),
      'chmod +x "$RUN_DIR"/bin/*; step_config >/dev/null && echo done; cat "$RUN_DIR/error" 2>/dev/null',
    ].join('\n'), { env: { SAYS: says, ...more.env } });
    assert.equal(stderr, '');
    return stdout.trimEnd().split('\n');
  }
  const down = 'client error (Connect)\n\nCaused by:\n    No such file or directory (os error 2)\n';

  it('is done', () => assert.deepEqual(apply('Azure IoT Edge has been configured successfully!\n', { status: 0 }), ['done']));
  it('refuses the configuration', () => assert.deepEqual(apply('could not parse config file: TOML parse error at line 1, column 1\n  |\nmissing field `image`\n\n'), ['config-rejected', 'missing field `image`']));
  it('names a file that is not there as the configuration’s fault', () => assert.deepEqual(apply('could not import master encryption key file /x: No such file or directory (os error 2)'), ['config-rejected', 'could not import master encryption key file /x: No such file or directory (os error 2)']));
  it('failed without the engine, which is back since', () => assert.deepEqual(apply(down), ['engine-failed', 'the container engine did not answer `iotedge config apply`: No such file or directory (os error 2)']));
  it('waits for an engine that is down', () => assert.deepEqual(apply('', { engine: 'echo "Cannot connect to the Docker daemon"; exit 1' }), ['engine-failed', 'the container engine does not answer: Cannot connect to the Docker daemon']));
  it('cannot restart the daemons', () => assert.deepEqual(apply('Azure IoT Edge has been configured successfully!\n\nRestarting service for configuration to take effect...\nerror while executing system command\n'), ['config-failed', 'the daemons of IoT Edge could not be restarted: error while executing system command']));
  it('does not end', () => assert.deepEqual(apply('...\n', { status: 124 }), ['config-failed', '`iotedge config apply` did not end in 300 s: ...']));
});
