import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { UNREAD_KEY } from '../../src/identity/edge-ca.js';
import { SecretValue, withIdentity } from '../../src/identity/index.js';
import { renderDevice, renderManifests, toYaml } from '../../src/render/index.js';
import { loadDevices, validateDevice, withDefaults, type EdgeDeviceInput } from '../../src/spec/index.js';
import { InvalidInputError } from '../../src/support/errors.js';
import { propertyRuns } from '../helpers/property-runs.js';
import { cases, deviceWith, smallest, type Case } from '../unit/spec/cases.js';
import { anyFieldInCluster, deviceOf, inCluster } from '../unit/spec/devices.js';
import { APT_KEY } from '../unit/spec/fixtures.js';
import { installDefinitions, openResources, type Answer, type Resources } from './harness/custom-resources.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const examples = readdirSync('docs/examples').filter((name) => name.endsWith('.yaml'));
const io = { readFile: (path: string) => readFile(path, 'utf8'), readStdin: async () => '' };

/** The checks refuse it, and no schema of a cluster can. */
const beyond: readonly [path: RegExp, why: RegExp | undefined][] = [
  [/^spec\.guest\.sshKeys$/, /ssh-dss|ssh-rsa|AAAA"/],
  [/^spec\.guest\.caCertificates$/, /BEGIN CERTIFICATE(?!.*PRIVATE KEY)/],
  [/^spec\.edge\.agentCreateOptions$/, /null/],
  // JSON has no such number.
  [/^spec\.vm\.cpus$/, /null/],
];
const isBeyond = ({ path, value }: Case): boolean => beyond.some(([field, what]) => field.test(path) && what?.test(JSON.stringify(value)) !== false);

describe('the definition of EdgeDevices', () => {
  let scene: Scene;
  let devices: Resources;
  before(async () => {
    await installDefinitions();
    scene = await openScene('crd');
    devices = await openResources(scene, 'edgedevices');
  });
  after(async () => {
    await devices.close();
    await scene.close();
  });

  const inScene = (input: EdgeDeviceInput): EdgeDeviceInput => ({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', ...input, metadata: { ...input.metadata, namespace: scene.namespace } });
  const told = ({ code, body }: Answer): string => `${code}: ${body.message ?? ''}`;

  it('is established, structural, and says how to name the resource', async () => {
    for (const name of ['edgedevices.edge-vm.io', 'edgedeployments.edge-vm.io']) {
      const { status, spec } = JSON.parse(await kubectl(['get', 'crd', name, '-o', 'json'])) as { status: { conditions: { type: string; status: string }[] }; spec: { names: object } };
      assert.deepEqual(status.conditions.map((one) => `${one.type} ${one.status}`).sort(), ['Established True', 'NamesAccepted True'], JSON.stringify(spec.names));
    }
    for (const words of ['edgedevice', 'ed', 'edgedev', 'edgedeployment', 'edep', 'edge']) await kubectl(['get', words, '-n', scene.namespace]);
  });

  for (const name of examples) {
    it(`takes docs/examples/${name} with its files read and its secrets in Secrets, and renders it as before`, async () => {
      for (const input of await loadDevices(join('docs/examples', name), io)) await assertSame(inScene(inCluster(input)));
    });
  }

  /** Fields that docs/examples/device.yaml can only have as a comment, because another one beside them has their place. */
  const alternatives: Readonly<Record<string, unknown>> = {
    'spec.identity.connectionString': { secretRef: { name: 'key', key: 'value' } },
    'spec.vm.templateFile': readFileSync('vm-templates/ubuntu-24.04.yaml', 'utf8'),
    'spec.vm.instancetype': { name: 'u1.large', kind: 'VirtualMachineInstancetype' },
    'spec.guest.engineVersion': '5:28.1.1-1~ubuntu.24.04~noble',
    'spec.guest.apt.edgeSource': { uri: 'https://m.example/prod', key: APT_KEY },
    'spec.guest.cloudConfig': { packages: ['chrony'], runcmd: [['echo', null, { deep: [1.5] }]] },
  };
  for (const [path, value] of Object.entries(alternatives)) {
    it(`takes ${path}, and renders it as before`, async () => {
      const input = deviceWith(path, value);
      if (path === 'spec.identity.connectionString') delete input.spec?.identity?.register;
      await assertSame(inScene(input));
    });
  }

  /** Stored with the defaults of the server, the device renders to the same bytes. */
  async function assertSame(input: EdgeDeviceInput): Promise<void> {
    const answer = await devices.tryOut(input);
    assert.equal(answer.code, 201, told(answer));
    const [before, after] = [input, { ...answer.body, metadata: input.metadata } as EdgeDeviceInput].map(bytesOf);
    assert.equal(after, before);
  }

  it('fills in what depends on nothing else, and nothing more', async () => {
    const { body } = await devices.tryOut(inScene(smallest()));
    assert.deepEqual(body.spec, {
      deletionPolicy: 'Delete',
      identity: { register: {} },
      vm: { template: 'ubuntu-24.04', disk: {} },
      guest: { engine: 'moby', user: 'edge', docker: { logMaxSize: '10m', logMaxFiles: 3 } },
      edge: { imageGarbageCollection: { enabled: true, cleanupTimeUtc: '00:00', imageAgeCleanupThreshold: '7d', cleanupRecurrence: '1d' } },
    });
  });

  it('agrees with the checks of edge-vm, case by case, and names the field', async () => {
    const wrong: string[] = [];
    for (const one of cases) {
      // The API server has rules of its own for those of every object; a name that is one has to be ours too.
      if (/^(?:apiVersion|kind|metadata\.(?:namespace|labels|annotations))$/.test(one.path) || one.value === 7 || /"(?:file|env|keyFile)":/.test(JSON.stringify(one.value) ?? '')) continue;
      const answer = await devices.tryOut(inScene(deviceWith(one.path, one.value)));
      const wanted = one.problem === undefined || isBeyond(one);
      const names = wanted || (answer.body.message ?? '').includes(one.problem!.replace(/\[.*$/, ''));
      if ((answer.code === 201) !== wanted || !names) wrong.push(`${one.path} ${JSON.stringify(one.value)?.slice(0, 80)} → ${told(answer).slice(0, 300)}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('takes what the checks take, as a property, and fills in no default that changes it', async () => {
    let taken = 0;
    await fc.assert(fc.asyncProperty(fc.array(anyFieldInCluster, { minLength: 1, maxLength: 5 }), async (values) => {
      // `register:` alone is refused in a cluster, where a null is the same as nothing.
      const input = inScene(JSON.parse(JSON.stringify(deviceOf(values), (key, value: unknown) => (key === 'register' && value === null ? {} : value))) as EdgeDeviceInput);
      if (validateDevice(withDefaults(input)).length > 0) return;
      taken += 1;
      await assertSame(input);
    }), { numRuns: propertyRuns(1500) });
    assert.ok(taken > 50, `only ${taken} were good, which is too few for this test`);
  });

  const secret = 'HostName=contoso.azure-devices.net;DeviceId=gw;SharedAccessKey=Y2FuYXJ5';
  const refusals: readonly [what: string, path: string, value: unknown, says: RegExp][] = [
    ['a path for certificates', 'spec.edge.trustBundle', 'files/site-ca.pem', /spec\.edge\.trustBundle: .*must be the text of PEM certificates, not a path/],
    ['a path for an SSH key', 'spec.guest.sshKeys', ['~/.ssh/id_ed25519.pub'], /spec\.guest\.sshKeys\[0\]: .*not a path/],
    ['a path for a manifest', 'spec.vm.templateFile', '../VirtualMachine.yaml', /spec\.vm\.templateFile: .*must be the text of a VirtualMachine manifest, not a path/],
    ['a path for cloud-config', 'spec.guest.cloudConfigFile', 'extra.yaml', /unknown field "spec\.guest\.cloudConfigFile"/],
    ['a path for a package key', 'spec.guest.apt.edgeSource', { uri: 'https://m.example/prod', keyFile: 'k.asc' }, /unknown field "spec\.guest\.apt\.edgeSource\.keyFile"/],
    ['two identities', 'spec.identity', { register: {}, connectionString: { secretRef: { name: 'key' } } }, /spec\.identity: .*must have exactly one of connectionString, register/],
    ['no identity', 'spec.identity', {}, /spec\.identity: .*must have exactly one of connectionString, register/],
    ['register without a value', 'spec.identity', { register: null }, /spec\.identity: .*without fields, register is \{\}/],
    ['a connection string as text', 'spec.identity', { connectionString: secret }, /spec\.identity\.connectionString: .*must be of type object/],
    ['a secret in a file', 'spec.identity', { connectionString: { file: 'key.txt' } }, /unknown field "spec\.identity\.connectionString\.file"/],
    ['a password in a variable', 'spec.edge.registry', { server: 'r.example', username: 'u', password: { env: 'P' } }, /unknown field "spec\.edge\.registry\.password\.env"/],
    ['a proxy with a wrong password', 'spec.guest.proxy', { https: 'http://u:Y2FuYXJ5 @h:1' }, /spec\.guest\.proxy\.https: .*must be http:\/\/HOST/],
    ['an unknown field', 'spec.vm.cpu', 2, /unknown field "spec\.vm\.cpu"/],
  ];
  for (const [what, path, value, says] of refusals) {
    it(`refuses ${what}, and shows no secret`, async () => {
      const answer = await devices.tryOut(inScene(deviceWith(path, value)));
      assert.ok(answer.code === 400 || answer.code === 422, told(answer));
      assert.match(answer.body.message ?? '', says);
      assert.doesNotMatch(JSON.stringify(answer.body), /Y2FuYXJ5/);
    });
  }

  it('refuses an unknown field of a person with kubectl', async () => {
    const text = JSON.stringify(inScene(deviceWith('spec.vm.cpu', 2)));
    await assert.rejects(kubectl(['create', '-f', '-'], text), /unknown field "spec\.vm\.cpu"/);
  });

  it('keeps a whole status, and shows it in the table', async () => {
    const name = scene.name();
    const status = {
      observedGeneration: 3, stage: 'connected', summary: { code: '417 no deployment yet', modules: '2/3' }, device: { hub: 'contoso.azure-devices.net', id: 'GW#01' },
      registration: { state: 'Registered', hub: 'contoso.azure-devices.net', deviceId: 'GW#01', generationId: '1' }, vm: { phase: 'Running', status: 'Running', node: 'node-1', ip: '10.0.0.7' },
      edge: {
        code: 417, description: 'no deployment', runtimeStatus: 'running', connectionState: 'Connected', evidence: 'twin', agentVersion: '1.6.1', desiredVersion: 3, reportedVersion: 2,
        modules: [{ name: 'edgeHub', status: 'backoff', restarts: 4, exitCode: -1, image: 'r/hub:1' }],
      },
      versions: { runtime: '1.6.0-1', agent: '1.6.1' }, cause: { code: 'apt-unreachable', message: 'm', hint: 'h' }, retrying: { step: 'engine', attempt: 3, code: 'c', message: 'm' },
      pending: { effect: 'first-boot', generation: 2 },
      conditions: ['Ready', 'Accepted', 'Connected'].map((type) => ({ type, status: 'True', reason: 'Connected', message: `says ${type}`, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 3 })),
    };
    assert.equal((await devices.create(inScene({ ...smallest(), metadata: { name } }))).code, 201);
    const answer = await devices.patch(name, { status }, 'status');
    assert.equal(answer.code, 200, told(answer));
    assert.deepEqual(answer.body.status, status);
    const [head, row] = (await kubectl(['get', 'ed', name, '-n', scene.namespace, '-o', 'wide'])).trim().split('\n').map((line) => line.split(/\s{2,}/));
    assert.deepEqual(head, ['NAME', 'READY', 'STAGE', 'CODE', 'MODULES', 'VERSION', 'AGE', 'DEVICE', 'NODE', 'IP', 'CAUSE', 'MESSAGE']);
    assert.deepEqual([...(row ?? []).slice(0, 6), ...(row ?? []).slice(7)], [name, 'True', 'connected', '417 no deployment yet', '2/3', '1.6.0-1', 'GW#01', 'node-1', '10.0.0.7', 'apt-unreachable', 'says Ready']);
    const wrong = await devices.patch(name, { status: { nodes: 1 } }, 'status');
    assert.match(told(wrong), /unknown field "status\.nodes"/);
    // A condition of another writer stays: conditions are merged by their type.
    await kubectl(['apply', '--server-side', '--field-manager=other', '--subresource=status', '-n', scene.namespace, '-f', '-'], JSON.stringify({ ...inScene({ ...smallest(), metadata: { name } }), status: { conditions: [{ ...status.conditions[0], type: 'Other' }] } }));
    const types = (await kubectl(['get', 'ed', name, '-n', scene.namespace, '-o', 'jsonpath={.status.conditions[*].type}'])).split(' ');
    assert.deepEqual(types, ['Ready', 'Accepted', 'Connected', 'Other']);
  });

  it('explains fields', async () => {
    assert.match(await kubectl(['explain', 'edgedevice.spec.identity']), /exactly one of the fields below[\s\S]*connectionString[\s\S]*register/);
    assert.match(await kubectl(['explain', 'ed.status.registration.state']), /Registering: about to be made/);
  });
});

/** All manifests of the device, with user-data; or why `render` refuses it. */
function bytesOf(input: EdgeDeviceInput): string {
  const device = withDefaults(input);
  assert.deepEqual(validateDevice(device), []);
  const key = new SecretValue('Y2FuYXJ5');
  const { deviceId = 'gw', hub } = device.spec;
  const identity = { kind: 'symmetric-key', hubHostname: hub?.hostname ?? 'contoso.azure-devices.net', deviceId, key } as const;
  try {
    return toYaml(renderManifests(renderDevice(withIdentity(device, identity), { identity, registryPassword: key, edgeCaKey: UNREAD_KEY }), 'include'));
  } catch (error) {
    // What only `render` refuses, it refuses both times.
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
}
