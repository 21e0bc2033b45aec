import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryFile, sha256 } from './support/manifests.js';

describe('kubevirt/pin.sh', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let content = 'first';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-vm-pin-'));
    await cp(repositoryFile('scripts', 'kubevirt'), folder, { recursive: true });
    server = createServer((request, response) => {
      const path = request.url ?? '';
      if (!path.startsWith('/v9.0.') || (path.startsWith('/v9.0.1/') && path.endsWith('-cr.yaml'))) response.writeHead(404).end();
      else response.end(`${content} ${path.split('/').at(-1)}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pin = (...args: string[]): Promise<{ exitCode?: number | undefined; all?: string | undefined }> =>
    execa(join(folder, 'pin.sh'), args, { reject: false, all: true, env: { EDGE_VM_KUBEVIRT_RELEASES: url } });
  const data = (): Promise<string> => readFile(join(folder, 'manifests.sha256'), 'utf8');

  it('adds both files of a release or none, and never replaces a sum', async () => {
    const before = await data();
    assert.equal((await pin('cdi', 'v9.0.1')).exitCode, 3, 'one of its files cannot be fetched');
    assert.equal((await pin('cdi', 'latest')).exitCode, 2);
    assert.equal(await data(), before);

    assert.equal((await pin('cdi', 'v9.0.0')).exitCode, 0);
    const added = `${before}${sha256('first cdi-operator.yaml')}  cdi/v9.0.0/cdi-operator.yaml\n${sha256('first cdi-cr.yaml')}  cdi/v9.0.0/cdi-cr.yaml\n`;
    assert.equal(await data(), added);
    assert.match((await pin('cdi', 'v9.0.0')).all ?? '', /known: .*cdi-cr\.yaml/);

    content = 'second';
    const changed = await pin('cdi', 'v9.0.0');
    assert.equal(changed.exitCode, 3);
    assert.match(changed.all ?? '', /a released file must not change/);
    assert.equal(await data(), added);
  });
});
