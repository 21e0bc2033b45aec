import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { renderDevice } from '../../../src/render/index.js';
import { exampleDevice, exampleInputs } from './helpers/device.js';
import { writtenFiles } from './helpers/guest-files.js';
import { caseText, changedTemplate, refusals, renderWith, type Open } from './helpers/template.js';

const vmi = ({ machine }: { machine: Open }): Open => machine['spec'].template.spec as Open;
const disks = ({ machine }: { machine: Open }): Open[] => machine['spec'].dataVolumeTemplates as Open[];
const claims = (rendered: { machine: Open }): unknown[] => (vmi(rendered)['volumes'] as Open[]).map((volume) => volume['dataVolume']?.name ?? volume['persistentVolumeClaim']?.claimName);

describe('an old template of a person', () => {
  it('brings its disks, each named and labelled after the device', () => {
    const rendered = renderWith(caseText('second-volume'), { metadata: { name: 'line-a' } });
    assert.deepEqual(disks(rendered).map(({ metadata }) => metadata.name), ['line-a-root', 'line-a-modules']);
    assert.deepEqual(claims(rendered), ['line-a-root', 'line-a-modules', undefined]);
    for (const { metadata } of disks(rendered)) assert.equal(metadata.labels['app.kubernetes.io/instance'], 'line-a');
    assert.ok(!JSON.stringify(rendered.virtualMachine).includes('plant-gateway'));
  });

  it('may name its disks by their claims, and call volumes like those of edge-vm', () => {
    const template = caseText('second-volume').replaceAll('dataVolume: {name: ', 'persistentVolumeClaim: {claimName: ').replaceAll('name: modules', 'name: data');
    const rendered = renderWith(template, { metadata: { name: 'line-a' }, vm: { dataDisk: { size: '5Gi' } } });
    assert.deepEqual(claims(rendered), ['line-a-root', 'line-a-data-disk', undefined, 'line-a-data']);
    assert.deepEqual(disks(rendered).map(({ metadata }) => metadata.name), ['line-a-root', 'line-a-data-disk', 'line-a-data']);
    assert.equal(disks(rendered)[0]!['spec'].storage.resources.requests.storage, '16Gi');
  });

  it('keeps the names of disks within 63 characters and apart', () => {
    const long = 'm'.repeat(60);
    const template = caseText('second-volume').replaceAll('name: modules', `name: ${long}`);
    const names = ['a', 'b'].map((end) => disks(renderWith(template, { metadata: { name: `${'g'.repeat(51)}${end}` } }))[1]!['metadata'].name as string);
    assert.ok(names.every((name) => name.length <= 63));
    assert.notEqual(names[0], names[1]);
  });

  for (const name of ['no-interfaces', 'bridge']) {
    it(`leaves the guest its network after a restart: ${name}`, () => {
      const rendered = renderWith(caseText(name));
      assert.deepEqual(load(rendered.networkData ?? ''), { version: 2, ethernets: { primary: { match: { name: 'e*' }, dhcp4: true } } });
      assert.deepEqual((vmi(rendered)['volumes'] as Open[])[1]!['cloudInitNoCloud'].networkDataSecretRef, { name: 'gw-01-cloud-init' });
      assert.deepEqual(vmi(rendered)['domain'].devices.interfaces, name === 'bridge' ? [{ name: 'default', bridge: {} }] : undefined);
      const given = { version: 2, ethernets: { enp1s0: { dhcp4: true } } };
      assert.deepEqual(load(renderWith(caseText(name), { guest: { networkData: given } }).networkData!), given);
    });
  }

  it('is arm64 where it says so', () => {
    const rendered = renderWith(caseText('arm64'));
    assert.equal(vmi(rendered)['architecture'], 'arm64');
    assert.deepEqual(disks(rendered)[0]!['spec'].source.registry.platform, { architecture: 'arm64' });
    assert.ok(rendered.warnings.some((warning) => warning.includes('moby-engine for arm64')));
    assert.equal(vmi(renderWith(caseText('arm64'), { vm: { architecture: 'amd64' } }))['architecture'], 'amd64');
  });

  it('has a pod as large as its guest', () => {
    const { domain } = vmi(renderWith(caseText('limits'), { vm: { memory: '8Gi', cpus: 4 } })) as { domain: Open };
    assert.deepEqual(domain['resources'], { requests: { cpu: '4', memory: '8Gi' }, limits: { cpu: '4', memory: '8Gi' } });
    assert.deepEqual([domain['cpu'], domain['memory']], [{ sockets: 4 }, { guest: '8Gi' }]);
  });

  it('brings nothing of the object that it was saved from', () => {
    const rendered = renderWith(caseText('from-cluster'));
    const text = JSON.stringify(rendered.virtualMachine);
    for (const gone of ['old-gw', 'plant-a', 'SharedAccessKey', 'oldhub', 'observed-api-version', 'last-applied', 'creationTimestamp', '3f0c5f4a', 'finalizers', 'managedFields']) assert.ok(!text.includes(gone), gone);
    assert.equal(rendered.machine['metadata'].annotations['plant.example/owner'], 'line 3');
    assert.equal(rendered.machine['spec'].template.metadata.labels['kubevirt.io/domain'], 'gw-01');
    assert.deepEqual(rendered.warnings.filter((warning) => warning.includes('old-gw-seed')), ['spec.vm.templateFile: edge-vm does not use the content of Secret old-gw-seed: give it as spec.guest.cloudConfig']);
  });

  it('brings no notes of GitOps tools, of edge-vm itself and of its disks, and what people wrote', () => {
    const notes = { 'argocd.argoproj.io/tracking-id': 'x', 'meta.helm.sh/release-name': 'x', 'kubemacpool.io/transaction-timestamp': 'x', 'edge-vm.io/first-boot-user-data-hash': 'x', 'vm.kubevirt.io/os': 'debian' };
    const { machine } = renderWith(changedTemplate((manifest) => {
      manifest['metadata'] = { name: 'old', annotations: { ...notes }, labels: { 'kustomize.toolkit.fluxcd.io/name': 'x', 'vm.kubevirt.io/template': 'debian' } };
      manifest['spec'].template.metadata = { creationTimestamp: null, name: 'old', annotations: { ...notes } };
      Object.assign(manifest['spec'].dataVolumeTemplates[0], { status: { phase: 'Succeeded' } });
      Object.assign(manifest['spec'].dataVolumeTemplates[0].metadata, { namespace: 'x', uid: 'x', ownerReferences: [], annotations: { 'cdi.kubevirt.io/storage.bind.immediate.requested': 'true', 'kubectl.kubernetes.io/last-applied-configuration': 'x' } });
      manifest['spec'].template.spec.volumes[1].cloudInitNoCloud.networkDataSecretRef = { name: 'old-net' };
    }));
    const own = Object.keys(machine['metadata'].annotations as Open).filter((key) => !key.startsWith('edge-vm.io/'));
    assert.deepEqual(own, ['vm.kubevirt.io/os']);
    assert.equal(machine['metadata'].annotations['edge-vm.io/first-boot-user-data-hash'], undefined);
    assert.deepEqual(machine['spec'].template.metadata.annotations, { 'vm.kubevirt.io/os': 'debian' });
    assert.deepEqual(machine['metadata'].labels['kustomize.toolkit.fluxcd.io/name'], undefined);
    assert.equal(machine['metadata'].labels['vm.kubevirt.io/template'], 'debian');
    const [root] = machine['spec'].dataVolumeTemplates as Open[];
    assert.deepEqual(Object.keys(root!), ['metadata', 'spec']);
    assert.deepEqual(Object.keys(root!['metadata'] as Open).sort(), ['annotations', 'labels', 'name']);
    assert.deepEqual(root!['metadata'].annotations, { 'cdi.kubevirt.io/storage.bind.immediate.requested': 'true' });
    assert.equal(machine['spec'].template.spec.volumes[1].cloudInitNoCloud.networkDataSecretRef, undefined);
  });

  for (const [file, runStrategy] of [['running-true', 'Always'], ['running-false', 'Halted']] as const) {
    it(`runs as it says: ${file}`, () => {
      const { spec } = renderWith(caseText(file)).machine as { spec: Open };
      assert.deepEqual([spec['runStrategy'], spec['running']], [runStrategy, undefined]);
    });
  }
});

describe('a device file behind a proxy', () => {
  const files = (file: string): Map<string, string> => writtenFiles(renderDevice(exampleDevice((load(file) as Open)['spec'] as Open), exampleInputs()).userData.reveal());

  it('has its own noProxy wherever a proxy stands', () => {
    const text = caseText('no-proxy');
    const texts = [...files(text)].filter(([path, content]) => content.includes('proxy.example') && !path.startsWith('/usr/'));
    assert.ok(texts.length >= 6, texts.map(([path]) => path).join());
    for (const [path, content] of texts) {
      if (path.startsWith('/etc/apt/')) assert.match(content, /Acquire::https::Proxy::localhost "DIRECT"/);
      else assert.ok(/no_proxy|NO_PROXY/.test(content) && content.includes('localhost,127.0.0.1,.site.example'), `${path}: ${content}`);
    }
  });

  it('has apt go directly to a source that the suffix covers', () => {
    const text = caseText('no-proxy').replace('  guest:\n', '  guest:\n    apt: {mirror: "http://mirror.site.example/debian"}\n');
    assert.match(files(text).get('/etc/apt/apt.conf.d/95edge-vm-proxy') ?? '', /^Acquire::http::Proxy::mirror\.site\.example "DIRECT";$/m);
  });
});

describe('network cards of a template', () => {
  const withCards = (interfaces: Open[], networks: Open[]): string => changedTemplate((manifest) => {
    manifest['spec'].template.spec.domain.devices.interfaces = interfaces;
    manifest['spec'].template.spec.networks = networks;
  });
  const pod = { name: 'default', pod: {} };
  const plant = { name: 'plant', multus: { networkName: 'plant' } };

  it('keep their address where the network lets them have one', () => {
    const rendered = renderWith(withCards([{ name: 'default', masquerade: {} }, { name: 'plant', bridge: {} }], [pod, plant]));
    const addresses = (vmi(rendered)['domain'].devices.interfaces as Open[]).map((card) => card['macAddress'] as string);
    assert.ok(addresses.every((mac) => /^02(:[0-9a-f]{2}){5}$/.test(mac)));
    assert.equal(new Set(addresses).size, 2);
    assert.equal(rendered.networkData, undefined);
  });

  it('are warned of where neither address nor name can be kept', () => {
    const { warnings, networkData } = renderWith(withCards([{ name: 'default', bridge: {} }, { name: 'plant', bridge: {} }], [pod, plant]));
    assert.equal(networkData, undefined);
    assert.match(warnings.join('\n'), /interface default gets another MAC address at each start/);
  });

  it('keep an address of the template, of which a second device is warned', () => {
    const rendered = renderWith(withCards([{ name: 'plant', bridge: {}, macAddress: 'DE-AD-00-00-BE-AF' }], [plant]));
    assert.equal(vmi(rendered)['domain'].devices.interfaces[0].macAddress, 'DE-AD-00-00-BE-AF');
    assert.match(rendered.warnings.join('\n'), /interface plant has the fixed MAC address de:ad:00:00:be:af/);
  });

  it('are none where none is wanted', () => {
    const rendered = renderWith(changedTemplate((manifest) => {
      const { spec } = manifest['spec'].template as { spec: Open };
      delete spec['networks'];
      delete spec['domain'].devices.interfaces;
      spec['domain'].devices.autoattachPodInterface = false;
    }));
    assert.equal(rendered.networkData, undefined);
  });

  it('warn of network-data that names an address which no card has', () => {
    const networkData = { version: 2, ethernets: { a: { match: { macaddress: '52:54:00:00:00:01' }, dhcp4: true } } };
    assert.match(renderWith(changedTemplate(() => undefined), { guest: { networkData } }).warnings.join('\n'), /a matches a MAC address/);
  });

  const fixed: [string, Open, boolean][] = [
    ['a fixed address', { e: { addresses: ['192.168.1.5/24'] } }, false],
    ['a fixed address in a mapping', { e: { addresses: [{ '192.168.1.5/24': { label: 'x' } }] } }, false],
    ['the address that answers', { e: { addresses: ['10.0.2.2/24'], gateway4: '10.0.2.1' } }, true],
    ['DHCP beside a fixed address', { e: { dhcp4: true, addresses: ['192.168.1.5/24'] } }, true],
    ['DHCP alone', { e: { dhcp4: true } }, true],
  ];
  for (const [what, ethernets, works] of fixed) {
    it(`behind masquerade ${works ? 'take' : 'refuse'} ${what}`, () => {
      for (const networkData of [{ version: 2, ethernets }, { network: { version: 2, ethernets } }]) {
        const said = refusals(() => renderWith(changedTemplate(() => undefined), { guest: { networkData } }));
        assert.deepEqual(said.map((one) => one.split(' work: ')[0]), works ? [] : ['spec.guest.networkData: cannot']);
      }
    });
  }

  it('take any address behind a bridge, and that of a masquerade network of their own', () => {
    const networkData = { version: 2, ethernets: { e: { addresses: ['192.168.1.2/24'] } } };
    assert.deepEqual(refusals(() => renderWith(withCards([{ name: 'plant', bridge: {} }], [plant]), { guest: { networkData } })), []);
    const own = withCards([{ name: 'default', masquerade: {} }], [{ name: 'default', pod: { vmNetworkCIDR: '192.168.1.0/24' } }]);
    assert.deepEqual(refusals(() => renderWith(own, { guest: { networkData } })), []);
  });
});
