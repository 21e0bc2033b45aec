import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project, ROOT, run, tarball } from './support.js';

const consumer = `
import {
  assertValid, connectCluster, connectHub, createDevice, createRequest, EdgeVmError, kinds, SecretValue, systemClock, withDefaults,
  type AccessToken, type Cluster, type ConnectHubOptions, type DeviceResult, type EdgeDevice, type Hub, type ProvisionEvent, type TokenCredential,
} from 'edge-vm';

const credential: TokenCredential = { getToken: async (): Promise<AccessToken> => ({ token: 'x', expiresOnTimestamp: Date.now() }) };
const options: ConnectHubOptions = { hostname: 'contoso.azure-devices.net', tokenCredential: credential };

export async function create(name: string): Promise<DeviceResult | undefined> {
  const cluster: Cluster = await connectCluster();
  const hub: Hub = await connectHub(options);
  const device = withDefaults({ metadata: { name }, spec: { identity: { register: {} } } });
  assertValid(device);
  const valid: EdgeDevice = device;
  const onEvent = (event: ProvisionEvent): void => console.log(event.type);
  try {
    return await createDevice({ cluster, hub, clock: systemClock, onEvent }, createRequest(valid, { kind: 'register', deviceId: name }));
  } catch (error) {
    if (!EdgeVmError.is(error)) throw error;
    const code: string = error.code;
    console.error(code, kinds, new SecretValue('x'));
    return undefined;
  } finally {
    cluster.close();
    hub.close();
  }
}

// @ts-expect-error A wrong type is found: the types are not any.
createRequest(42);
`;

const modules = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];

describe('the types of the package', () => {
  let folder: string;

  before(() => {
    folder = project([tarball(), 'typescript@5', '@types/node@20'], { online: true });
    writeFileSync(join(folder, 'consumer.ts'), consumer);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  // The repository's own compiler is a newer one.
  for (const [name, compiler] of [['TypeScript 5', undefined], ['the TypeScript of this repository', join(ROOT, 'node_modules/typescript/bin/tsc')]] as const) {
    for (const settings of modules) {
      it(`compile with ${name}, strict and without skipLibCheck, with ${settings.moduleResolution}`, () => {
        const compilerOptions = { ...settings, target: 'es2023', lib: ['es2023'], strict: true, skipLibCheck: false, noEmit: true, types: ['node'] };
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
        const { code, stdout } = run(folder, process.execPath, [compiler ?? join(folder, 'node_modules/typescript/bin/tsc'), '-p', folder]);
        assert.equal(stdout, '');
        assert.equal(code, 0);
      });
    }
  }

  it('are found with no other package than those', () => {
    assert.ok(!existsSync(join(folder, 'node_modules/azure-iothub')));
  });
});
