import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type KeyPair } from '../../src/control-plane/pki.js';
import { ConsoleStore } from '../../src/node/console-store.js';
import { startKubelet } from '../../src/node/kubelet-server.js';
import { parseLogQuery } from '../../src/node/log-query.js';

describe('the kubelet’s logs', () => {
  let folder: string;
  let ca: Authority;
  let client: KeyPair;
  let kubelet: Server;
  let consoles: ConsoleStore;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-kubelet-'));
    ca = await Authority.open(folder, 'ca', 'ca');
    client = await ca.issue({ commonName: 'kube-apiserver', use: ['client'] });
  });
  beforeEach(async () => {
    consoles = new ConsoleStore(3);
    const pair = await ca.issue({ commonName: 'kubelet', use: ['server'], names: [{ type: 'ip', value: '127.0.0.1' }] });
    kubelet = await startKubelet({ host: '127.0.0.1', port: 0, ...pair, clientCa: ca.certPem, consoles });
  });
  afterEach(() => {
    kubelet.close();
    kubelet.closeAllConnections();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const open = (path: string, pair: KeyPair | undefined = client): Promise<IncomingMessage> => new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: (kubelet.address() as AddressInfo).port, path, ca: ca.certPem, ...pair, agent: false }, resolve).on('error', reject).end();
  });
  const read = async (response: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return text;
  };
  const log = async (query = '', container = 'guest-console-log'): Promise<string> => read(await open(`/containerLogs/ns/vm-1/${container}?${query}`));

  it('serves the console of a guest, and no other container’s', async () => {
    consoles.append('ns', 'vm-1', 'one', 1000);
    consoles.append('ns', 'vm-1', 'two', 2000);
    consoles.append('ns', 'vm-2', 'another', 2000);
    assert.equal(await log(), 'one\ntwo\n');
    assert.equal(await log('', 'compute'), '');
    assert.equal(await log('tailLines=1'), 'two\n');
    assert.equal(await log('tailLines=0'), '');
    assert.equal(await log('sinceTime=1970-01-01T00:00:02Z'), 'two\n');
    assert.equal(await log('limitBytes=5'), 'one\nt');
    assert.equal(await log('timestamps=true&tailLines=1'), '1970-01-01T00:00:02.000Z two\n');
  });

  it('follows until the pod is gone, across lines that were dropped meanwhile', async () => {
    consoles.append('ns', 'vm-1', 'old');
    const followed = read(await open('/containerLogs/ns/vm-1/guest-console-log?follow=true&tailLines=0'));
    for (const line of ['a', 'b', 'c', 'd', 'e']) {
      consoles.append('ns', 'vm-1', line);
      await new Promise((resolve) => setImmediate(resolve));
    }
    consoles.drop('ns', 'vm-1');
    assert.equal(await followed, 'a\nb\nc\nd\ne\n');
  });

  it('answers a follower before there is a line, and lets go of one that leaves', async () => {
    const response = await open('/containerLogs/ns/vm-1/guest-console-log?follow=true');
    assert.equal(response.statusCode, 200);
    response.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    consoles.append('ns', 'vm-1', 'nobody listens');
  });

  it('refuses who has no certificate of the cluster, and bad questions', async () => {
    await assert.rejects(open('/containerLogs/ns/vm-1/guest-console-log', { cert: '', key: '' }).then(read));
    const bad = await open('/containerLogs/ns/vm-1/guest-console-log?tailLines=many');
    assert.equal(bad.statusCode, 400);
    assert.equal(await read(bad), 'tailLines must be a whole number\n');
    assert.equal((await open('/exec/ns/vm-1/compute')).statusCode, 404);
  });

  it('takes the later of the two kinds of since', () => {
    assert.equal(parseLogQuery(new URLSearchParams('sinceSeconds=10'), 60_000).since, 50_000);
    assert.equal(parseLogQuery(new URLSearchParams('sinceSeconds=10&sinceTime=1970-01-01T00:00:55Z'), 60_000).since, 55_000);
    assert.throws(() => parseLogQuery(new URLSearchParams('sinceTime=yesterday')), /RFC 3339/);
  });
});
