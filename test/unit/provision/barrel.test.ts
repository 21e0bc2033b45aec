import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as library from '../../../src/index.js';

describe('the library', () => {
  it('exports what its users call', () => {
    const { connectCluster, connectHub, checkCredential, createDevice, createRequest, deleteDevice, getStatus, listDevices, waitDevice, prepareDevice, applyDevice, toConfirm, getDevice, startDevice } = library;
    const { withDefaults, assertValid, renderDevice, renderManifests, parseConnectionString, SecretValue, EdgeVmError, STAGES, systemClock, kinds } = library;
    for (const one of [connectCluster, connectHub, checkCredential, createDevice, createRequest, deleteDevice, getStatus, listDevices, waitDevice, prepareDevice, applyDevice, toConfirm, getDevice, startDevice, withDefaults, assertValid, renderDevice, renderManifests, parseConnectionString, SecretValue, EdgeVmError]) assert.equal(typeof one, 'function');
    assert.equal(STAGES.length, 11);
    assert.equal(typeof systemClock.now(), 'number');
    assert.equal(kinds.VirtualMachine.plural, 'virtualmachines');
  });

  it('loads no client and does nothing when it is imported', () => {
    const url = new URL('../../../src/index.js', import.meta.url);
    const script = `process.on('exit', () => console.log([...process.moduleLoadList].some((m) => m === 'NativeModule https')));await import(${JSON.stringify(url.href)});`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: fileURLToPath(new URL('.', url)), encoding: 'utf8' });
    assert.equal(out.trim(), 'false');
  });
});
