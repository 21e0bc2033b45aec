import assert from 'node:assert/strict';
import { engineFiles } from '../../src/render/cloud-config/engine.js';
import { guestShell } from './guest-shell.js';

const daemonJson = Buffer.from(engineFiles(undefined).find(({ path }) => path === '/etc/docker/daemon.json')!.content, 'base64').toString('utf8');

/** Runs a script that reads its files from the temporary folder; returns the text of daemon.json after it. */
function withFiles(script: string, { resolvConf, resolved, daemon = daemonJson }: { resolvConf: string; resolved?: string; daemon?: string }): { stdout: string; daemon: string } {
  const { stdout, stderr, console: written } = guestShell([
    'EDGE_VM_RESOLV_CONF="$RUN_DIR/a $RUN_DIR/b" EDGE_VM_DAEMON_JSON=$RUN_DIR/etc-daemon.json DOCKER_DNS=guest',
    'printf %s "$A" >"$RUN_DIR/a"; printf %s "$B" >"$RUN_DIR/b"; printf %s "$D" >"$EDGE_VM_DAEMON_JSON"',
    script,
    'cat "$EDGE_VM_DAEMON_JSON" >"$CONSOLE"',
  ].join('\n'), { env: { A: resolvConf, B: resolved ?? '', D: daemon } });
  assert.equal(stderr, '');
  return { stdout, daemon: written };
}

const dnsOf = (text: string): unknown => (JSON.parse(text) as { dns?: unknown }).dns;

describe('DNS servers of the containers', () => {
  const cases: [what: string, files: { resolvConf: string; resolved?: string }, dns: string[] | undefined][] = [
    ['are those of the guest', { resolvConf: '# made by DHCP\nnameserver 10.96.0.10\nsearch a b\nnameserver\t10.0.0.53 \n' }, ['10.96.0.10', '10.0.0.53']],
    ['are those behind systemd-resolved', { resolvConf: 'nameserver 127.0.0.53\noptions edns0\n', resolved: 'nameserver 10.96.0.10\n' }, ['10.96.0.10']],
    ['leave out loopback, IPv6 and what is more than three', { resolvConf: 'nameserver ::1\nnameserver fe80::1%eth0\nnameserver 127.0.0.1\nnameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\n' }, ['1.1.1.1', '2.2.2.2', '3.3.3.3']],
    ['are left to the engine where only the guest itself is known', { resolvConf: 'nameserver 127.0.0.53\n', resolved: 'nameserver 127.0.0.1\n' }, undefined],
  ];
  for (const [what, files, dns] of cases) {
    it(what, () => {
      const { stdout, daemon } = withFiles('if set_engine_dns; then echo changed; fi', files);
      assert.deepEqual(dnsOf(daemon), dns);
      assert.deepEqual(JSON.parse(daemon), { ...JSON.parse(daemonJson), ...(dns === undefined ? {} : { dns }) });
      assert.match(stdout, dns === undefined ? /^edge-vm: no name server .*\n$/ : /^changed\n$/);
    });
  }

  it('are not touched if the device names some, by settings or by file', () => {
    const resolvConf = 'nameserver 10.96.0.10\n';
    const own = '{\n  "dns": ["192.0.2.1"]\n}\n';
    assert.equal(withFiles('DOCKER_DNS=given; set_engine_dns || echo same', { resolvConf }).daemon, daemonJson);
    assert.equal(withFiles('set_engine_dns || echo same', { resolvConf, daemon: own }).daemon, own);
  });

  it('are written once, and again when the guest has others', () => {
    const resolvConf = 'nameserver 10.96.0.10\n';
    const { stdout, daemon } = withFiles('set_engine_dns && echo 1; set_engine_dns && echo 2; echo "nameserver 10.0.0.1" >"$RUN_DIR/a"; set_engine_dns && echo 3', { resolvConf });
    assert.equal(stdout, '1\n3\n');
    assert.deepEqual(dnsOf(daemon), ['10.0.0.1']);
  });

  it('are left alone once somebody has changed them in the guest', () => {
    const script = 'set_engine_dns; sed -i s/10.96.0.10/192.0.2.1/ "$EDGE_VM_DAEMON_JSON"; echo "nameserver 10.0.0.1" >"$RUN_DIR/a"; set_engine_dns && echo changed';
    const { stdout, daemon } = withFiles(script, { resolvConf: 'nameserver 10.96.0.10\n' });
    assert.deepEqual([stdout, dnsOf(daemon)], ['', ['192.0.2.1']]);
  });

  it('count as written if a try was killed before it had kept them', () => {
    const { stdout, daemon } = withFiles('set_engine_dns; rm "$STATE_DIR/engine-dns"; set_engine_dns && echo changed; echo "nameserver 10.0.0.1" >"$RUN_DIR/a"; set_engine_dns && echo again', { resolvConf: 'nameserver 10.96.0.10\n' });
    assert.deepEqual([stdout, dnsOf(daemon)], ['again\n', ['10.0.0.1']]);
  });

  it('restart a running engine at a boot that finds others', () => {
    const script = 'systemctl() { echo "systemctl $*" >>"$CONSOLE.calls"; }; refresh_engine_dns; refresh_engine_dns; cat "$CONSOLE.calls"';
    assert.equal(withFiles(script, { resolvConf: 'nameserver 10.96.0.10\n' }).stdout, 'systemctl is-active --quiet docker.service\nsystemctl restart docker.service\n');
  });
});
