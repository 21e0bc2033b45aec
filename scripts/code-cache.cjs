// Runs the bundle once on a usual command line and keeps what V8 compiled for it in <bundle>.v8; see bin/edge-vm.
'use strict';
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { compile } = require('../bin/compile.js');

const bundle = process.argv[2];
const compiled = compile(bundle);
// Functions are compiled when they are first called: only those that this run calls are in the cache.
const folder = mkdtempSync(path.join(tmpdir(), 'edge-vm-code-cache-'));
const connectionString = path.join(folder, 'connection-string');
writeFileSync(connectionString, `HostName=example.azure-devices.net;DeviceId=example;SharedAccessKey=${Buffer.alloc(32).toString('base64')}`);
process.argv = [process.argv[0], 'edge-vm', 'render', 'example', '--connection-string-file', connectionString, '--gateway'];
process.on('exit', (code) => {
  rmSync(folder, { recursive: true, force: true });
  if (code === 0) writeFileSync(`${bundle}.v8`, compiled.script.createCachedData());
});
compiled.run();
