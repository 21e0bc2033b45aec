import assert from 'node:assert/strict';
import { InvalidInputError } from '../../../../src/support/index.js';
import { firmwareUuid } from '../../../../src/spec/index.js';
import { ASSETS } from '../../../../src/render/assets.generated.js';
import { virtualMachine } from '../../../../src/render/objects/virtual-machine.js';
import { assertMatchesSchema } from '../helpers/crd-schema.js';
import { exampleDevice, exampleInputs } from '../helpers/device.js';

type Parts = Parameters<typeof exampleDevice>[0];

interface Vm {
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    runStrategy?: string;
    running?: boolean;
    instancetype?: unknown;
    preference?: unknown;
    dataVolumeTemplates: { metadata: { name: string; labels?: Record<string, string> }; spec: Record<string, { resources?: unknown; storageClassName?: string }> }[];
    template: {
      metadata: { labels: Record<string, string> };
      spec: Record<string, unknown> & {
        hostname: string;
        domain: Record<string, unknown> & { devices: { disks: { name: string; serial?: string }[]; logSerialConsole: boolean }; firmware: { uuid: string } };
        volumes: ({ name: string } & Record<string, unknown>)[];
      };
    };
  };
}

function render(parts: Parts = {}, hasNetworkData = false): Vm {
  const vm = virtualMachine(exampleDevice(parts), exampleInputs().identity, { userDataHash: 'abc', hasNetworkData });
  assertMatchesSchema(vm);
  return vm as unknown as Vm;
}

/** A template of a person's own: ours, with changes by text. */
function own(...changes: [string, string][]): { vm: { templateFile: string } } {
  let text = ASSETS['vm-templates/debian-12.yaml']!;
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  return { vm: { templateFile: text } };
}

function problemsOf(parts: Parts): string[] {
  try {
    render(parts);
  } catch (error) {
    assert.ok(error instanceof InvalidInputError);
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
  return [];
}

describe('virtualMachine', () => {
  it('is named, labelled and annotated after the device', () => {
    const vm = render({ metadata: { labels: { site: 'a' }, annotations: { note: 'x' } } });
    assert.equal(vm.metadata.name, 'gw-01');
    assert.equal(vm.metadata.namespace, 'site-a');
    assert.deepEqual(vm.metadata.labels, { 'app.kubernetes.io/instance': 'gw-01', 'app.kubernetes.io/managed-by': 'edge-vm', 'app.kubernetes.io/name': 'edge-vm', site: 'a' });
    assert.deepEqual(vm.spec.template.metadata.labels, vm.metadata.labels);
    assert.deepEqual(vm.metadata.annotations, {
      'edge-vm.io/device-id': 'gw-01',
      'edge-vm.io/edge-version': '1.6.0-1',
      'edge-vm.io/engine': 'moby',
      'edge-vm.io/generation': '1',
      'edge-vm.io/hub': 'contoso.azure-devices.net',
      'edge-vm.io/identity-service-version': '1.6.0-1',
      'edge-vm.io/template': 'ubuntu-24.04',
      'edge-vm.io/user-data-hash': 'abc',
      note: 'x',
    });
  });

  it('leaves nothing of the template\'s own name', () => {
    assert.ok(!JSON.stringify(render()).includes('edge-device'));
  });

  it('gives the network card one address for ever, by the device', () => {
    const cards = (vm: ReturnType<typeof render>): { macAddress?: string }[] => (vm.spec.template.spec.domain.devices as unknown as { interfaces: { macAddress?: string }[] }).interfaces;
    const [card] = cards(render({}));
    assert.match(card?.macAddress ?? '', /^02(:[0-9a-f]{2}){5}$/);
    assert.deepEqual(cards(render({})), [card], 'the same each time');
    assert.notDeepEqual(cards(render({ firstBootGeneration: 2 })), [card]);
  });

  it('sets size, host name and a stable firmware UUID', () => {
    const { spec } = render({ vm: { cpus: 3, memory: '6Gi' } }).spec.template;
    assert.deepEqual(spec.domain['cpu'], { sockets: 3 });
    assert.deepEqual(spec.domain['memory'], { guest: '6Gi' });
    assert.equal(spec.hostname, 'gw-01');
    assert.equal(spec.domain.firmware.uuid, firmwareUuid('contoso.azure-devices.net', 'gw-01', 1));
    assert.notEqual(render({ firstBootGeneration: 2 }).spec.template.spec.domain.firmware.uuid, spec.domain.firmware.uuid);
  });

  it('leaves CPUs and memory to an instancetype', () => {
    const { spec } = render({ vm: { instancetype: { name: 'u1.medium' }, preference: { name: 'ubuntu', kind: 'VirtualMachinePreference' } } });
    assert.deepEqual(spec.instancetype, { kind: 'VirtualMachineClusterInstancetype', name: 'u1.medium' });
    assert.deepEqual(spec.preference, { kind: 'VirtualMachinePreference', name: 'ubuntu' });
    assert.equal(spec.template.spec.domain['cpu'], undefined);
    assert.equal(spec.template.spec.domain['memory'], undefined);
  });

  it('takes away what an instancetype refuses and leaves the rest of the machine', () => {
    const changes: [string, string] = ['          sockets: 2', '          cores: 4\n          threads: 2\n          model: host-model'];
    const resources: [string, string] = ['        devices:', '        resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 3Gi}, overcommitGuestOverhead: true}\n        devices:'];
    const { domain } = render({ vm: { ...own(changes, resources).vm, instancetype: { name: 'u1.medium' } } }).spec.template.spec;
    assert.deepEqual(domain['cpu'], { model: 'host-model' });
    assert.deepEqual(domain['resources'], { overcommitGuestOverhead: true });
    assert.equal(domain['memory'], undefined);
  });

  it('leaves CPUs and memory to the instancetype of a template', () => {
    const { spec } = render(own(['  runStrategy: Always', '  runStrategy: Always\n  instancetype:\n    name: u1.small']));
    assert.equal(spec.template.spec.domain['cpu'], undefined);
    assert.equal(spec.template.spec.domain['memory'], undefined);
    assert.deepEqual(spec.instancetype, { name: 'u1.small' });
  });

  it('puts an image in the place of a template\'s sourceRef', () => {
    const parts = own(['        source:\n          registry:', '        sourceRef: {kind: DataSource, name: debian}\n        x-source:\n          registry:']);
    parts.vm.templateFile = parts.vm.templateFile.replace(/ {8}x-source:[^]*?(?= {8}# `storage`)/, '');
    assert.deepEqual(render(parts).spec.dataVolumeTemplates[0]!.spec['sourceRef'], { kind: 'DataSource', name: 'debian' });
    const { spec } = render({ vm: { ...parts.vm, image: 'docker://a/b' } }).spec.dataVolumeTemplates[0]!;
    assert.deepEqual([spec['source'], spec['sourceRef']], [{ registry: { url: 'docker://a/b' } }, undefined]);
  });

  it('names root disk, sizes and storage class', () => {
    const [root] = render({ vm: { disk: { size: '30Gi', storageClass: 'fast', accessModes: ['ReadWriteMany'], volumeMode: 'Block' } } }).spec.dataVolumeTemplates;
    assert.equal(root!.metadata.name, 'gw-01-root');
    assert.equal(root!.metadata.labels?.['app.kubernetes.io/instance'], 'gw-01');
    assert.deepEqual(root!.spec['storage'], { resources: { requests: { storage: '30Gi' } }, storageClassName: 'fast', accessModes: ['ReadWriteMany'], volumeMode: 'Block' });
  });

  const sources: [string, string | undefined, unknown][] = [
    ['docker://example.org/disk:1', undefined, { registry: { url: 'docker://example.org/disk:1' } }],
    ['https://example.org/disk.img', undefined, { http: { url: 'https://example.org/disk.img' } }],
    ['pvc:golden/debian', undefined, { pvc: { namespace: 'golden', name: 'debian' } }],
    ['pvc:debian', 'site-a', { pvc: { namespace: 'site-a', name: 'debian' } }],
  ];
  for (const [image, namespace, source] of sources) {
    it(`takes the root disk from ${image}`, () => {
      const vm = render({ metadata: { namespace }, vm: { image } });
      assert.deepEqual(vm.spec.dataVolumeTemplates[0]!.spec['source'], source);
      assert.equal(vm.metadata.namespace, namespace);
    });
  }

  it('asks for the namespace of a PVC where none is known', () => {
    assert.deepEqual(problemsOf({ metadata: { namespace: undefined }, vm: { image: 'pvc:debian' } }), ['spec.vm.image: must be pvc:NAMESPACE/NAME if the device has no namespace']);
  });

  it('asks CDI for the arm64 image of arm64 machines only', () => {
    const arm = render({ vm: { architecture: 'arm64' } });
    assert.equal(arm.spec.template.spec['architecture'], 'arm64');
    assert.deepEqual(arm.spec.dataVolumeTemplates[0]!.spec['source'], { registry: { url: 'docker://quay.io/containerdisks/ubuntu:24.04', platform: { architecture: 'arm64' } } });
    assert.deepEqual(render().spec.dataVolumeTemplates[0]!.spec['source'], { registry: { url: 'docker://quay.io/containerdisks/ubuntu:24.04' } });
  });

  it('gives a data disk its own class and modes', () => {
    const [, data] = render({ vm: { dataDisk: { size: '5Gi', storageClass: 'slow', accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' } } }).spec.dataVolumeTemplates;
    assert.deepEqual(data!.spec['storage'], { resources: { requests: { storage: '5Gi' } }, storageClassName: 'slow', accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' });
  });

  it('adds a data disk that the guest finds by its serial', () => {
    const { spec } = render({ vm: { dataDisk: { size: '50Gi' } } });
    assert.deepEqual(spec.dataVolumeTemplates[1]!.spec, { source: { blank: {} }, storage: { resources: { requests: { storage: '50Gi' } } } });
    assert.equal(spec.dataVolumeTemplates[1]!.metadata.name, 'gw-01-data');
    assert.equal(spec.template.spec.domain.devices.disks.find((disk) => disk.name === 'datadisk')?.serial, 'edge-vm-data');
    assert.deepEqual(spec.template.spec.volumes.find((volume) => volume.name === 'datadisk')?.['dataVolume'], { name: 'gw-01-data' });
  });

  it('names the Secret, and its network-data only where there is any', () => {
    const seed = (vm: Vm): unknown => vm.spec.template.spec.volumes.find((volume) => volume.name === 'cloudinit')?.['cloudInitNoCloud'];
    assert.deepEqual(seed(render()), { secretRef: { name: 'gw-01-cloud-init' } });
    assert.deepEqual(seed(render({}, true)), { secretRef: { name: 'gw-01-cloud-init' }, networkDataSecretRef: { name: 'gw-01-cloud-init' } });
  });

  it('sets the probe and the console log', () => {
    const probe = (kind: string): unknown => render({ vm: { readinessProbe: kind } }).spec.template.spec['readinessProbe'];
    assert.deepEqual(probe('guest-agent'), { guestAgentPing: {}, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 8 });
    assert.equal(probe('none'), undefined);
    assert.equal(render({ vm: { consoleLog: false } }).spec.template.spec.domain.devices.logSerialConsole, false);
  });

  it('adds node selector and tolerations to the template\'s', () => {
    const parts = own(['      architecture: amd64', '      nodeSelector: {zone: b}\n      tolerations: [{key: old, operator: Exists}]\n      architecture: amd64']);
    const { spec } = render({ vm: { ...parts.vm, nodeSelector: { kvm: 'yes' }, tolerations: [{ key: 'edge', operator: 'Exists' }] } }).spec.template;
    assert.deepEqual(spec['nodeSelector'], { kvm: 'yes', zone: 'b' });
    assert.deepEqual(spec['tolerations'], [{ key: 'old', operator: 'Exists' }, { key: 'edge', operator: 'Exists' }]);
  });

  describe('with a template of the person\'s own', () => {
    it('keeps what it does not know', () => {
      const vm = render(own(
        ['metadata:\n  name: edge-device', 'metadata:\n  name: mine\n  uid: 1\n  labels: {team: x}'],
        ['          rng: {}', '          rng: {}\n          autoattachGraphicsDevice: false\n          tpm: {persistent: true}'],
        ['  runStrategy: Always', '  runStrategy: Halted'],
        ['        exec:\n          command:\n            - /usr/local/sbin/edge-vm-probe', '        tcpSocket: {port: 22}'],
      ));
      const { devices } = vm.spec.template.spec.domain as unknown as { devices: Record<string, unknown> };
      assert.equal(devices['autoattachGraphicsDevice'], false);
      assert.deepEqual(devices['tpm'], { persistent: true });
      assert.equal(vm.spec.runStrategy, 'Halted');
      assert.equal(vm.metadata.labels['team'], 'x');
      assert.equal(vm.metadata.annotations['edge-vm.io/template'], 'custom');
      assert.deepEqual((vm.spec.template.spec['readinessProbe'] as Record<string, unknown>)['tcpSocket'], { port: 22 });
    });

    it('says with runStrategy what the deprecated running says', () => {
      for (const [running, runStrategy] of [['true', 'Always'], ['false', 'Halted'], ['yes', 'Always']] as const) {
        const { spec } = render(own(['  runStrategy: Always', `  running: ${running}`]));
        assert.deepEqual([spec.runStrategy, spec.running], [runStrategy, undefined]);
      }
      assert.match(problemsOf(own(['  runStrategy: Always', '  runStrategy: Always\n  running: true']))[0] ?? '', /must not both be present/);
    });

    it('lets CPUs not be multiplied by cores and threads of the template', () => {
      const { vm } = own(['          sockets: 2', '          sockets: 2\n          cores: 4\n          threads: 2\n          model: host-model']);
      const { spec } = render({ vm: { ...vm, cpus: 2 } });
      assert.deepEqual(spec.template.spec.domain['cpu'], { sockets: 2, model: 'host-model' });
    });

    it('gives way to its sizes, unless the spec has them', () => {
      const sizes: [string, string][] = [['          sockets: 2', '          cores: 3'], ['          guest: 2Gi', '          guest: 5Gi'], ['              storage: 20Gi', '              storage: 50Gi']];
      const sizesOf = ({ spec }: Vm): unknown[] => [spec.template.spec.domain['cpu'], spec.template.spec.domain['memory'], spec.dataVolumeTemplates[0]!.spec['storage']!.resources];
      assert.deepEqual(sizesOf(render(own(...sizes))), [{ cores: 3 }, { guest: '5Gi' }, { requests: { storage: '50Gi' } }]);
      const asked = render({ vm: { ...own(...sizes).vm, cpus: 4, memory: '8Gi', disk: { size: '60Gi' } } });
      assert.deepEqual(sizesOf(asked), [{ sockets: 4 }, { guest: '8Gi' }, { requests: { storage: '60Gi' } }]);
    });

    it('fills in the sizes that it leaves out', () => {
      const { spec } = render(own(['          sockets: 2', '          model: host-model'], ['          guest: 2Gi', '          hugepages: {pageSize: 2Mi}'], ['          resources:\n            requests:\n              storage: 20Gi', '          accessModes: [ReadWriteOnce]']));
      assert.deepEqual([spec.template.spec.domain['cpu'], spec.template.spec.domain['memory'], spec.dataVolumeTemplates[0]!.spec['storage']!.resources], [{ model: 'host-model', sockets: 2 }, { hugepages: { pageSize: '2Mi' }, guest: '2Gi' }, { requests: { storage: '20Gi' } }]);
      const requested = render(own(['          sockets: 2', '          model: host-model'], ['          guest: 2Gi', '          hugepages: {pageSize: 2Mi}'], ['        devices:', '        resources: {requests: {cpu: 3, memory: 6Gi}}\n        devices:']));
      assert.deepEqual([requested.spec.template.spec.domain['cpu'], requested.spec.template.spec.domain['memory']], [{ model: 'host-model' }, { hugepages: { pageSize: '2Mi' } }]);
    });

    it('patches an alias in one place only', () => {
      const { templateFile } = own(
        ['            requests:\n              storage: 20Gi', '            requests: &size\n              storage: 20Gi'],
        ['  template:\n    spec:', '    - metadata: {name: other}\n      spec: {source: {blank: {}}, storage: {resources: {requests: *size}}}\n  template:\n    spec:'],
      ).vm;
      const vm = render({ vm: { templateFile, disk: { size: '30Gi' } } });
      assert.deepEqual(vm.spec.dataVolumeTemplates[1]!.spec['storage'], { resources: { requests: { storage: '20Gi' } } });
    });

    it('leaves a root disk that exists already alone, and refuses an image for it', () => {
      const pvc = own(['          dataVolume:\n            name: edge-device-root', '          persistentVolumeClaim: {claimName: mine}']);
      const vm = render(pvc);
      assert.deepEqual(vm.spec.template.spec.volumes[0], { name: 'rootdisk', persistentVolumeClaim: { claimName: 'mine' } });
      assert.match(problemsOf({ vm: { ...pvc.vm, image: 'docker://a/b' } })[0]!, /^spec\.vm\.image: cannot be set/);
      assert.deepEqual(problemsOf({ vm: { ...pvc.vm, disk: { size: '30Gi', storageClass: 'fast' } } }).map((problem) => problem.split(': ')[0]), ['spec.vm.disk.size', 'spec.vm.disk.storageClass']);
    });

    const lacking: [string, [string, string][], RegExp][] = [
      ['no root volume', [['        - name: rootdisk\n          dataVolume:', '        - name: other\n          dataVolume:']], /no volume named rootdisk/],
      ['no root disk', [['            - name: rootdisk', '            - name: other']], /no disk named rootdisk/],
      ['a root disk that is wiped', [['          dataVolume:\n            name: edge-device-root', '          containerDisk: {image: a/b}']], /empty after each restart/],
      ['no cloud-init volume', [['          cloudInitNoCloud:\n            secretRef:\n              name: edge-device-cloud-init', '          emptyDisk: {capacity: 1Gi}']], /one volume of type cloudInitNoCloud, it has 0/],
      ['no cloud-init disk', [['            - name: cloudinit', '            - name: other']], /no disk named cloudinit/],
      ['inline user-data', [['            secretRef:\n              name: edge-device-cloud-init', '            userData: x']], /cloudInitNoCloud\.userData must be absent/],
      ['a size in words', [['storage: 20Gi', 'storage: twenty']], /: spec\.dataVolumeTemplates\[0\]\.spec\.storage\.resources\.requests\.storage must be a quantity such as 2Gi, it is "twenty"$/],
      ['memory in another unit', [['guest: 2Gi', 'guest: 2GB']], /: spec\.template\.spec\.domain\.memory\.guest must be a quantity such as 2Gi, it is "2GB"$/],
      ['a limit that is no number', [['      domain:', '      domain:\n        resources: {limits: {cpu: 500m, memory: [2Gi]}}']], /: spec\.template\.spec\.domain\.resources\.limits\.memory must be a quantity/],
      ['a list for a mapping', [['      domain:', '      nodeSelector: {a: 1}\n      domain:'], ['        memory:\n          guest: 2Gi', '        memory: []']], /domain\.memory must be a mapping/],
      ['text for a list', [['      networks:', '      tolerations: none\n      networks:'], ['          disks:\n', '          disks: {}\n          x:\n']], /disks must be a list of mappings/],
    ];
    for (const [name, changes, words] of lacking) {
      it(`says what is wrong with ${name}`, () => {
        const problems = problemsOf(own(...changes));
        assert.ok(problems.some((problem) => problem.startsWith('spec.vm.templateFile: ') && words.test(problem)), problems.join('\n'));
      });
    }

    it('says all that is lacking at once', () => {
      assert.equal(problemsOf(own(['            - name: rootdisk', '            - name: a'], ['            - name: cloudinit', '            - name: b'])).length, 2);
    });

    it('refuses a second disk of the data disk\'s name', () => {
      const parts = own(['            - name: cloudinit', '            - name: datadisk\n              disk: {bus: virtio}\n            - name: cloudinit']);
      assert.match(problemsOf({ vm: { ...parts.vm, dataDisk: { size: '5Gi' } } })[0]!, /^spec\.vm\.dataDisk: /);
    });
  });
});
