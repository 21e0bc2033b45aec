import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labPaths } from '../../src/control-plane/paths.js';
import { readRecord, stopProcess } from '../../src/control-plane/processes.js';
import { startServices, type ServicesOptions } from '../../src/real-node/services.js';

describe('the process on the bridge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-services-'));
  const paths = labPaths('test', { EDGE_VM_STATE_DIR: folder, EDGE_VM_CACHE_DIR: folder });
  after(async () => {
    await stopProcess(paths, 'real-node-services');
    rmSync(folder, { recursive: true, force: true });
  });

  it('stays when nothing changed, and is replaced when its config, environment or program did', async () => {
    const options: ServicesOptions = {
      paths, file: join(folder, 'services.json'), env: {}, argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
      config: { address: '127.0.0.1', forwards: [], domain: 'edge-vm.test', packages: { repository: '', mirrors: { debian: 'http://one.test' }, cache: '', downFile: '' } },
    };
    const start = async (changed: Partial<ServicesOptions>): Promise<number> => {
      await startServices(Object.assign(options, changed));
      return readRecord(paths, 'real-node-services')!.pid;
    };
    const pids = [
      await start({}), await start({}),
      await start({ config: { ...options.config, packages: { ...options.config.packages, mirrors: { debian: 'http://two.test' } } } }),
      await start({ env: { http_proxy: 'http://proxy.test' } }),
      await start({ argv: [...options.argv!, 'more'] }), await start({}),
    ];
    assert.deepEqual(pids.map((pid, i) => i > 0 && pid === pids[i - 1]), [false, true, false, false, false, true]);
  });
});
