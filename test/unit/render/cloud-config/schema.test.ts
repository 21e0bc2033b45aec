import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options, ValidateFunction } from 'ajv';
import { load } from 'js-yaml';
import type { EdgeDevice, GuestSpec, VmSpec } from '../../../../src/spec/types.js';
import { ASSETS } from '../../../../src/render/assets.generated.js';
import { leaveOut } from '../../../helpers/leave-out.js';
import { device, userData } from './fixture.js';

const SCHEMA = '/usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json';
const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

/** Each option of its own, and all at once. */
const options: Record<string, { guest?: Partial<GuestSpec>; vm?: Partial<VmSpec> }> = {
  plain: {},
  keys: { guest: { sshKeys: ['ssh-ed25519 AAAA a@b', "ssh-rsa BBBB it's: #1"] } },
  proxy: { guest: { proxy: { http: 'http://proxy:3128', https: 'http://u:p@proxy:3128', noProxy: '.local' } } },
  mirror: { guest: { apt: { mirror: 'https://mirror.example/debian' } } },
  source: { guest: { apt: { edgeSource: { uri: 'https://mirror.example/edge', suite: './', key: 'ARMOUR' } } } },
  ca: { guest: { caCertificates: [PEM, PEM + PEM] } },
  docker: { guest: { docker: { mtu: 1400, dns: ['10.0.0.1'], logMaxSize: '1m', logMaxFiles: 9 }, engineVersion: '5:28.1-1' } },
  dataDisk: { vm: { dataDisk: { size: '5Gi' } } },
  own: { guest: { cloudConfig: { timezone: 'UTC', packages: ['htop'], runcmd: ['echo "a: b" # c'], bootcmd: [['true']], final_message: 'on: yes, 012, 1:30, é' } } },
};
const all = { guest: Object.assign({}, ...Object.values(options).map((option) => option.guest ?? {})) as Partial<GuestSpec>, vm: { dataDisk: { size: '5Gi' } } };

const devices: [name: string, device: EdgeDevice][] = (['ubuntu-24.04', 'ubuntu-22.04', 'debian-12'] as const).flatMap((template) =>
  (['moby', 'docker'] as const).flatMap((engine) =>
    Object.entries({ ...options, all }).map(([name, { guest, vm }]): [string, EdgeDevice] => [`${template} ${engine} ${name}`, device({ engine, ...guest }, { template, ...vm })])));

function validator(): ValidateFunction {
  const Ajv = createRequire(import.meta.url)('ajv-draft-04') as new (options: Options) => { compile: (schema: object) => ValidateFunction };
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
}

describe("cloud-init's own schema", function () {
  this.timeout(60_000);
  before(function () {
    if (!existsSync(SCHEMA)) leaveOut(this, 'cloud-init is not installed');
  });

  it('accepts each fragment and each template, engine and option', () => {
    const validate = validator();
    assert.equal(validate({ runcmd: 'not a list' }), false, 'the schema refuses a wrong value');
    const texts = [...Object.entries(ASSETS).filter(([path]) => /^cloud-init\/.*\.yaml$/.test(path)), ...devices.map(([name, of]): [string, string] => [name, userData(of)])];
    assert.ok(texts.length >= 62);
    for (const [name, text] of texts) {
      assert.match(text, /^#cloud-config\n/, name);
      assert.ok(validate(load(text)), `${name}: ${JSON.stringify(validate.errors)}`);
    }
  });

  it('accepts the fullest ones by its own command, without a warning', () => {
    const folder = mkdtempSync(join(tmpdir(), 'edge-vm-schema-'));
    try {
      for (const [name, of] of devices.filter(([text]) => text.endsWith(' moby all'))) {
        const file = join(folder, 'user-data');
        writeFileSync(file, userData(of));
        const { status, stdout, stderr } = spawnSync('cloud-init', ['schema', '-c', file], { encoding: 'utf8' });
        assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
        assert.doesNotMatch(stdout + stderr, /deprecat|warn/i);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is read by the YAML 1.1 reader of cloud-init as it was meant', () => {
    const texts = devices.filter(([name]) => name.endsWith('all')).map(([, of]) => userData(of));
    const program = 'import json, sys, yaml\nprint(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)]))';
    const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 64 << 20 });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), texts.map((text) => load(text)));
  });
});
