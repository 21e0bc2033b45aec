import assert from 'node:assert/strict';
import { guestShell } from './guest-shell.js';

const logs: [code: string, log: string][] = [
  ['apt-unreachable', "E: Failed to fetch http://m/dists/x/InRelease  Could not connect to m:80 (10.0.0.1), connection timed out"],
  ['apt-unreachable', "Err:1 http://m noble InRelease\n  Temporary failure resolving 'm'"],
  ['apt-unreachable', "E: The repository 'http://m noble Release' does not have a Release file."],
  ['apt-unreachable', 'E: Release file for http://m/dists/x/InRelease is expired (invalid since 3d 2h). Updates for this repository will not be applied.'],
  ['apt-unreachable', 'E: Release file for http://m/dists/x/InRelease is not valid yet (invalid for another 5h 3min 1s). Updates for this repository will not be applied.'],
  ['key-rejected', 'W: GPG error: http://m noble InRelease: The following signatures couldn\'t be verified because the public key is not available: NO_PUBKEY EB3E94ADBE1229CF'],
  ['key-rejected', "E: The repository 'http://m noble InRelease' is not signed."],
  ['package-not-found', "E: Version '9.9.9-1' for 'aziot-edge' was not found"],
  ['package-not-found', 'E: Unable to locate package moby-engine'],
  ['apt-locked', 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)'],
  ['disk-full', 'dpkg: error processing archive x.deb (--unpack):\n cannot copy extracted data: failed to write (No space left on device)'],
  ['disk-full', "E: You don't have enough free space in /var/cache/apt/archives/."],
  ['package-failed', 'dpkg: error processing package aziot-edge (--configure):\nE: Sub-process /usr/bin/dpkg returned an error code (1)'],
];

describe("classes of apt's failures", () => {
  for (const [code, log] of logs) {
    it(`${code}: ${log.slice(0, 60).replace('\n', ' ')}`, () => {
      const { stdout } = guestShell('cat >"$RUN_DIR/log"; fail_by_log "$RUN_DIR/log" >/dev/null; cat "$RUN_DIR/error"', { input: `Reading package lists...\n${log}\nDone\n` });
      const [found, message] = stdout.split('\n');
      assert.equal(found, code);
      assert.ok(log.includes(message!) && message !== '', `the message is a line of the log: ${message}`);
      assert.match(message!, /E:|Err:|error|No space|resolving/);
    });
  }
});

describe('a package that is not found', () => {
  const install = (update: string, failed: string): string => guestShell(
    `printf '%s\n' '${update}' >"$UPDATE_LOG"; UPDATE_FAILED=${failed}; apt_get() { echo 'E: Unable to locate package aziot-edge'; return 100; }; apt_install aziot-edge >/dev/null; head -n 1 "$RUN_DIR/error"`,
  ).stdout.trim();

  it('is not in a source that could be read', () => assert.equal(install('All packages are up to date.', 'no'), 'package-not-found'));
  it('may be in a source that could not, for a known reason', () => assert.equal(install("Err:1 http://m Could not resolve 'm'", 'yes'), 'apt-unreachable'));
  it('may be in a source that could not, for whatever reason', () => assert.equal(install('E: something new', 'yes'), 'package-failed'));
});
