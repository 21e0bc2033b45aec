// Runs the bundle once on a usual command line and keeps what V8 compiled for it in <bundle>.v8; see bin/edge-vm.
'use strict';
const { writeFileSync } = require('node:fs');
const { compile } = require('../bin/compile.js');

const bundle = process.argv[2];
const compiled = compile(bundle);
process.argv = [process.argv[0], 'edge-vm', 'render', 'example', '--hub', 'example', '--gateway'];
process.on('exit', () => writeFileSync(`${bundle}.v8`, compiled.script.createCachedData()));
compiled.run();
