import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { load, loadAll } from 'js-yaml';
import { SecretValue } from '../../../src/identity/secret.js';
import type { RenderInputs } from '../../../src/identity/types.js';
import { renderDevice, renderManifests, toYaml, namespaceManifest, userDataHash } from '../../../src/render/index.js';
import type { EdgeDevice } from '../../../src/spec/index.js';
import { cloudConfigProblems } from './helpers/cloud-init-schema.js';
import { assertMatchesSchema } from './helpers/crd-schema.js';
import { CANARY_KEY, CERTIFICATE, EDGE_CA, exampleDevice, exampleInputs } from './helpers/device.js';
import { writtenFiles } from './helpers/guest-files.js';

/** Everything switched on. */
function fullDevice(): EdgeDevice {
  return exampleDevice({
    metadata: { labels: { b: '2', a: '1' } },
    vm: { dataDisk: { size: '40Gi' }, nodeSelector: { y: '1', x: '2' } },
    guest: { networkData: { version: 2, ethernets: { eth: { match: { name: 'e*' }, dhcp4: true, addresses: ['10.0.0.5/24'] } } }, proxy: { https: 'http://user:proxy-canary@proxy:3128' } },
    edge: { trustBundle: CERTIFICATE, edgeCa: { certificate: EDGE_CA.certificate, key: { file: 'k' } }, registry: { server: 'r.example', username: 'u', password: { env: 'P' } } },
    gateway: { type: 'LoadBalancer', ports: [8883] },
  });
}

const secrets = { edgeCaKey: new SecretValue(EDGE_CA.key), registryPassword: new SecretValue('registry-canary') };
const canaries = [CANARY_KEY, EDGE_CA.key.split('\n')[1]!, 'registry-canary', 'proxy-canary'];

function fullInputs(): RenderInputs {
  return exampleInputs(secrets);
}

/** A text and what it may be hidden as. */
function disguises(text: string): string[] {
  const at = (offset: number): string => Buffer.from('\0'.repeat(offset) + text).toString('base64').slice(4, -4);
  return [text, encodeURIComponent(text), Buffer.from(text).toString('hex'), at(0), at(1), at(2)];
}

describe('renderDevice', () => {
  it('gives objects of the right schemas, in the order to apply them', () => {
    const rendered = renderDevice(fullDevice(), fullInputs());
    const manifests = renderManifests(rendered, 'include');
    assert.deepEqual(manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`), ['Secret/gw-01-cloud-init', 'VirtualMachine/gw-01', 'Service/gw-01']);
    for (const manifest of manifests) {
      assertMatchesSchema(manifest);
      assert.equal(manifest.metadata.namespace, 'site-a');
      assert.equal(manifest.metadata.labels?.['app.kubernetes.io/instance'], 'gw-01');
      assert.equal(manifest.metadata.labels?.['a'], '1');
    }
    assert.deepEqual(cloudConfigProblems(rendered.userData.reveal()), []);
    assert.deepEqual(load(rendered.networkData!), fullDevice().spec.guest.networkData);
  });

  it('gives the guest config.toml and the files that it names', () => {
    const texts = [...writtenFiles(renderDevice(fullDevice(), fullInputs()).userData.reveal()).values()];
    assert.ok(texts.some((text) => text.includes(CANARY_KEY) && text.includes('iothub_hostname')));
    assert.ok(texts.includes(EDGE_CA.key));
    const manifest = texts.find((text) => text.includes('/var/aziot/secrets/edge-ca.key.pem') && text.includes('\t'));
    assert.match(manifest ?? '', /0600\taziotks\taziotks\t\S+\t\/var\/aziot\/secrets\/edge-ca\.key\.pem/);
    assert.match(manifest ?? '', /0644\taziotcs\taziotcs\t\S+\t\/var\/aziot\/certs\/trust-bundle\.pem/);
  });

  it('gives the same bytes for the same spec, whatever the order of its maps', () => {
    const first = toYaml(renderManifests(renderDevice(fullDevice(), fullInputs()), 'include'));
    const device = fullDevice();
    device.metadata.labels = { a: '1', b: '2' };
    device.spec.vm.nodeSelector = { x: '2', y: '1' };
    assert.equal(toYaml(renderManifests(renderDevice(device, fullInputs()), 'include')), first);
  });

  it("gives the same bytes for the person's own documents with their keys in another order, as an API server returns them", () => {
    const text = (documents: Pick<EdgeDevice['spec']['guest'], 'cloudConfig' | 'networkData'> & { options: Record<string, unknown> }): string => {
      const { options, ...guest } = documents;
      const device = fullDevice();
      Object.assign(device.spec.guest, guest);
      device.spec.edge.agentCreateOptions = options;
      return toYaml(renderManifests(renderDevice(device, fullInputs()), 'include'));
    };
    assert.equal(
      text({ networkData: { version: 2, ethernets: { e: { match: { name: 'e*' }, dhcp4: true } } }, cloudConfig: { runcmd: [{ b: 1, a: 2 }], apt: { sources: { z: {}, a: {} } } }, options: { HostConfig: { Memory: 1, Binds: [] } } }),
      text({ networkData: { ethernets: { e: { dhcp4: true, match: { name: 'e*' } } }, version: 2 }, cloudConfig: { apt: { sources: { a: {}, z: {} } }, runcmd: [{ a: 2, b: 1 }] }, options: { HostConfig: { Binds: [], Memory: 1 } } }),
    );
  });

  it('leaves its input as it was', () => {
    const device = fullDevice();
    const before = structuredClone(device);
    renderDevice(device, fullInputs());
    assert.deepEqual(device, before);
  });

  it('shows secrets in the Secret\'s userdata and nowhere else', () => {
    const rendered = renderDevice(fullDevice(), fullInputs());
    const { userData, ...rest } = rendered;
    const files = [...writtenFiles(userData.reveal()).values()].join('\n');
    const open = [JSON.stringify(rest), String(userData), JSON.stringify(rendered), toYaml(renderManifests(rendered, 'omit')), toYaml(renderManifests(rendered, 'placeholder'))].join('\n');
    for (const canary of canaries) {
      assert.ok(files.includes(canary), `the guest does not get ${canary}`);
      for (const disguise of disguises(canary)) assert.ok(!open.includes(disguise), `${canary} shows as ${disguise}`);
    }
  });

  it('changes the hash with user-data and with network-data', () => {
    const hash = (device: EdgeDevice, inputs = exampleInputs()): string => renderDevice(device, inputs).userDataHash;
    const base = hash(exampleDevice());
    assert.match(base, /^[0-9a-f]{64}$/);
    assert.equal(hash(exampleDevice({ vm: { cpus: 7 } })), base);
    assert.notEqual(hash(exampleDevice({ guest: { user: 'other' } })), base);
    assert.notEqual(hash(exampleDevice({ guest: { networkData: { version: 2 } } })), base);
    assert.notEqual(userDataHash(new SecretValue('a'), 'b'), userDataHash(new SecretValue('ab'), undefined));
    assert.equal(userDataHash(new SecretValue('a'), undefined), createHash('sha256').update('["a",null]').digest('hex'));
    const { virtualMachine, userDataHash: given } = renderDevice(exampleDevice(), exampleInputs());
    assert.equal(virtualMachine.metadata.annotations?.['edge-vm.io/user-data-hash'], given);
  });

  const warned: [string, Parameters<typeof exampleDevice>[0], RegExp][] = [
    ['an open gateway', { gateway: { type: 'LoadBalancer', ports: [443] } }, /^spec\.gateway\.type: .*Internet/],
    ['a gateway without probe', { vm: { readinessProbe: 'none' }, gateway: {} }, /^spec\.gateway: without a readiness probe/],
    ['a gateway without CA', { gateway: {} }, /^spec\.edge\.edgeCa: /],
    ['a parent without trust bundle', { edge: { parentHostname: 'p' } }, /^spec\.edge\.trustBundle: /],
    ['a host name that is not the machine’s', { edge: { hostname: 'edge.north.example.com' } }, /^spec\.edge\.hostname: the name of the guest is gw-01, .*hostname.*; give gw-01\.example\.com or the like, or give the device/],
    ['a host name that only begins with the machine’s', { edge: { hostname: 'gw-011' } }, /^spec\.edge\.hostname: /],
    ['what the spec warns of', { vm: { consoleLog: false } }, /^spec\.vm\.consoleLog: /],
  ];
  for (const [name, parts, words] of warned) {
    it(`warns of ${name}, and not otherwise`, () => {
      assert.ok(renderDevice(exampleDevice(parts), exampleInputs()).warnings.some((line) => words.test(line)));
      assert.ok(!renderDevice(exampleDevice(), exampleInputs()).warnings.some((line) => words.test(line)));
    });
  }
});

describe('warnings of names', () => {
  const said = (parts: Parameters<typeof exampleDevice>[0], deviceId = 'gw-01'): string[] =>
    renderDevice(exampleDevice(parts), exampleInputs({ identity: { ...exampleInputs().identity, deviceId } })).warnings;

  for (const hostname of ['gw-01', 'GW-01', 'gw-01.north.example.com', 'Gw-01.north']) {
    it(`has none for host name ${hostname} of gw-01`, () => assert.deepEqual(said({ edge: { hostname } }), []));
  }
  for (const deviceId of ['50%', 'a%3Db', '.', '..']) {
    it(`has one for device id ${deviceId}`, () => assert.deepEqual(said({}, deviceId).map((line) => line.split(':')[0]), [`device id ${deviceId}`]));
  }
  for (const deviceId of ["a=b#c?.-:+_*!(),@;$'", '...']) {
    it(`has none for device id ${deviceId}`, () => assert.deepEqual(said({}, deviceId), []));
  }
});

describe('renderManifests', () => {
  const rendered = renderDevice(exampleDevice({ guest: { networkData: { version: 2 } } }), exampleInputs());

  it('omits the Secret', () => {
    assert.deepEqual(renderManifests(rendered, 'omit').map(({ kind }) => kind), ['VirtualMachine']);
  });

  it('gives a placeholder that nobody takes for user-data', () => {
    const [secret] = renderManifests(rendered, 'placeholder');
    assertMatchesSchema(secret!);
    const { userdata, networkdata } = secret!['stringData'] as Record<string, string>;
    assert.match(userdata!, /^REPLACE-WITH-THE-USER-DATA/);
    assert.equal(networkdata, 'version: 2\n');
  });

  it('includes exactly the bytes of user-data and network-data', () => {
    const [secret] = renderManifests(rendered, 'include');
    const { userdata, networkdata } = secret!['data'] as Record<string, string>;
    assert.equal(Buffer.from(userdata!, 'base64').toString('utf8'), rendered.userData.reveal());
    assert.equal(Buffer.from(networkdata!, 'base64').toString('utf8'), rendered.networkData);
  });
});

describe('toYaml', () => {
  it('reads back as the manifests', () => {
    const manifests = renderManifests(renderDevice(fullDevice(), fullInputs()), 'include');
    assert.deepEqual(loadAll(toYaml(manifests)), manifests);
  });

  it('quotes what YAML 1.1 readers take for something else', () => {
    const text = toYaml([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations: { on: 'yes', b: '0644', c: '1e3', d: '12:30' } } }]);
    for (const quoted of [/['"]yes['"]/, /['"]0644['"]/, /['"]1e3['"]/, /['"]12:30['"]/]) assert.match(text, quoted);
  });
});

describe('namespaceManifest', () => {
  it('marks the namespace as made by edge-vm', () => {
    assert.deepEqual(namespaceManifest('msiot-hub-a').metadata, { name: 'msiot-hub-a', labels: { 'app.kubernetes.io/managed-by': 'edge-vm', 'edge-vm.io/created-namespace': 'true' } });
  });
});
