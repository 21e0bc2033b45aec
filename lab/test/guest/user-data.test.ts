import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readUserData } from '../../src/guest/user-data.js';
import { readConfigToml } from '../../src/guest/config-toml.js';
import { parseFaults } from '../../src/guest/faults.js';
import { installRuntime } from '../../src/guest/packages.js';
import { appliesConfig } from '../../src/guest/provisioning.js';
import { readSettings } from '../../src/guest/settings.js';

describe('user-data as the simulated guest reads it', () => {
  it('decodes every encoding of write_files and keeps the commands in order', () => {
    const packed = gzipSync('packed').toString('base64');
    const data = readUserData(`#cloud-config
hostname: gw
write_files:
- {path: /a, content: plain}
- {path: /b, encoding: b64, content: ${Buffer.from('sixty-four').toString('base64')}}
- {path: /c, encoding: gz+b64, content: ${packed}}
bootcmd: [first]
runcmd: [[systemctl, enable, x], second]
`);
    assert.ok(data.ok);
    assert.deepEqual([...data.files.values()].map((file) => file.content), ['plain', 'sixty-four', 'packed']);
    assert.deepEqual(data.commands, ['first', 'systemctl enable x', 'second']);
  });

  for (const [name, text] of [['no header', 'hostname: gw\n'], ['broken YAML', '#cloud-config\na: [1,\n']] as const) {
    it(`takes nothing from user-data with ${name}`, () => assert.equal(readUserData(text).ok, false));
  }
});

describe('config.toml as the simulated runtime reads it', () => {
  const good = 'hostname = "gw"\n[provisioning]\nsource = "manual"\niothub_hostname = "h.test"\ndevice_id = "d"\n[provisioning.authentication]\nmethod = "sas"\ndevice_id_pk = { value = "a2V5" }\n';
  it('finds hub, device and key', () => {
    const answer = readConfigToml(good);
    assert.ok(answer.ok);
    assert.equal(answer.config.hubHostname, 'h.test');
    assert.equal(answer.config.key.reveal(), 'a2V5');
  });
  const bad: [string, string][] = [
    ['TOML that does not parse', 'hostname = '],
    ['no host name', good.replace('hostname = "gw"', '')],
    ['another source', good.replace('"manual"', '"est"')],
    ['no key', good.replace(/device_id_pk.*/, '')],
  ];
  for (const [name, text] of bad) it(`refuses ${name}`, () => assert.equal(readConfigToml(text).ok, false));
});

describe('the simulated packages and settings', () => {
  it('offers known versions only, and only if the two agree', () => {
    assert.equal(installRuntime('1.6.0-1', '1.6.0-1', 'https://packages.example.test'), undefined);
    assert.equal(installRuntime('9.9.9-1', '9.9.9-1', '')?.code, 'package-not-found');
    assert.equal(installRuntime('1.6.0-1', '1.5.21-1', '')?.code, 'package-not-found');
    assert.equal(installRuntime('1.6.0-1', '1.6.0-1', 'http://mirror.invalid/x')?.code, 'apt-unreachable');
  });
  it('reads quoted settings', () => {
    assert.deepEqual(readSettings({ '/etc/edge-vm/settings': `ENGINE='moby'\nEDGE_VERSION='1'\nIDENTITY_VERSION='it'\\''s'\n` }), {
      engine: 'moby', edgeVersion: '1', identityVersion: "it's", edgeSource: '',
    });
  });
  it('sees whether any script applies the configuration, comments left out', () => {
    assert.equal(appliesConfig({ '/x': 'if timeout 5 iotedge config apply; then\n' }), true);
    assert.equal(appliesConfig({ '/x': '# iotedge config apply\n' }), false);
  });
  it('reads faults, and keeps what it does not know', () => {
    const faults = parseFaults('engine=apt-unreachable, silent, what');
    assert.deepEqual([[...faults.steps], faults.silent, faults.noAgent, faults.unknown], [[['engine', 'apt-unreachable']], true, false, ['what']]);
  });
});
