import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ChildRecord {
  /** For the environment of the command under test. */
  env: { NODE_OPTIONS: string };
  /** How many processes recorded, and the command line of each child that they started. */
  read: () => Promise<{ recorded: number; commands: string[] }>;
}

/** Loaded into the command under test. Each way to start a child process uses one of these functions. */
const script = (file: string): string => `'use strict';
const children = require('node:child_process');
const { appendFileSync } = require('node:fs');
const record = (line) => appendFileSync(${JSON.stringify(file)}, JSON.stringify(line) + '\\n');
const { spawn } = children.ChildProcess.prototype;
children.ChildProcess.prototype.spawn = function (options) {
  record([options.file, ...(options.args ?? [])]);
  return spawn.call(this, options);
};
for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
  const original = children[name];
  children[name] = (...args) => {
    record(args);
    return original(...args);
  };
}
require('node:module').syncBuiltinESMExports();
record('started');
`;

/** Records the child processes that a command starts. A child that runs for a millisecond cannot be found in /proc. */
export async function recordChildren(folder: string): Promise<ChildRecord> {
  const file = join(folder, 'children.jsonl');
  const preload = join(folder, 'record-children.cjs');
  await Promise.all([writeFile(file, ''), writeFile(preload, script(file))]);
  return {
    env: { NODE_OPTIONS: `--require=${preload}` },
    async read() {
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
      const commands = lines.filter((line) => line !== '"started"');
      return { recorded: lines.length - commands.length, commands };
    },
  };
}
