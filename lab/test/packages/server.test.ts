import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, startPackages } from '../../src/packages/server.js';
import { leaveOut } from '../support/leave-out.js';

describe('the package server for guests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-packages-'));
  const downFile = join(folder, 'down');
  let server: Server;
  let url: string;

  before(async () => {
    mkdirSync(join(folder, 'repository'));
    mkdirSync(join(folder, 'cache/debian/pool'), { recursive: true });
    writeFileSync(join(folder, 'repository/InRelease'), 'x'.repeat(200_000));
    writeFileSync(join(folder, 'secret'), 'not for guests');
    // A file of the pool that was fetched once, long ago; the mirror itself cannot be reached any more.
    writeFileSync(join(folder, 'cache/debian/pool/a.deb'), 'kept');
    utimesSync(join(folder, 'cache/debian/pool/a.deb'), 0, 0);
    mkdirSync(join(folder, 'cache/debian/dists/old'), { recursive: true });
    writeFileSync(join(folder, 'cache/debian/dists/old/InRelease'), 'of yesterday');
    utimesSync(join(folder, 'cache/debian/dists/old/InRelease'), 0, 0);
    server = await startPackages({ host: '127.0.0.1', port: 0, repository: join(folder, 'repository'), mirrors: { debian: 'http://127.0.0.1:1/debian' }, cache: join(folder, 'cache'), downFile, log: () => {} });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  // Read to its end: the connection of a body that nobody reads stays open, and with it the process.
  async function statusOf(path: string): Promise<number> {
    const response = await fetch(`${url}${path}`);
    await response.arrayBuffer();
    return response.status;
  }

  it('serves the lab\'s repository whole', async () => {
    assert.equal((await (await fetch(`${url}/edge/./InRelease`)).text()).length, 200_000);
    assert.equal(await statusOf('/edge/Packages'), 404);
  });

  it('serves a kept file of the pool without asking the mirror', async () => {
    assert.equal(await (await fetch(`${url}/debian/pool/a.deb`)).text(), 'kept');
  });

  it('serves an old index while the mirror cannot be reached', async function () {
    if (!existsSync('/usr/lib/apt/apt-helper')) leaveOut(this, 'apt is not installed');
    assert.equal(await (await fetch(`${url}/debian/dists/old/InRelease`)).text(), 'of yesterday');
  });

  it('distinguishes a mirror that cannot be reached from a path that it does not have', async () => {
    assert.equal(await statusOf('/elsewhere/a'), 404);
    assert.ok([404, 502].includes(await statusOf('/debian/dists/x/InRelease')));
  });

  it('is down while its file says so', async () => {
    writeFileSync(downFile, '');
    assert.equal(await statusOf('/edge/InRelease'), 503);
    rmSync(downFile);
    assert.equal(await statusOf('/edge/InRelease'), 200);
  });

  it('is down for the hosts that its file names, and for no others', async () => {
    const { port } = server.address() as AddressInfo;
    // fetch sets the Host header by itself.
    const status = async (host: string): Promise<number | undefined> => {
      const [response] = (await once(get({ port, host: '127.0.0.1', path: '/edge/InRelease', headers: { host } }), 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    writeFileSync(downFile, 'one.edge-vm.test\n two.edge-vm.test\n');
    try {
      assert.deepEqual(await Promise.all(['one.edge-vm.test', `Two.edge-vm.test:${port}`, 'edge-vm.test', 'packages.edge-vm.test'].map(status)), [503, 503, 200, 200]);
    } finally {
      rmSync(downFile);
    }
  });

  for (const [path, inside] of [
    ['/edge/a.deb', 'edge/a.deb'], ['/edge/./a.deb?x', 'edge/a.deb'], ['/edge/../debian/x', 'debian/x'], ['/../secret', 'secret'], ['/a%2f..%2f..%2fsecret', 'secret'], ['/%zz', undefined], ['/a%00b', undefined],
  ] as const) it(`reads ${path} as a path inside, or refuses it`, () => assert.equal(pathOf(path), inside));
});
