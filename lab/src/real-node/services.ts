import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile, type LabPaths } from '../control-plane/paths.js';
import { startProcess, stopProcess } from '../control-plane/processes.js';
import { keyOf } from './cached.js';
import type { ServicesConfig } from './services-config.js';

const name = 'real-node-services';

export interface ServicesOptions {
  paths: LabPaths;
  /** File of the configuration. */
  file: string;
  config: Omit<ServicesConfig, 'key'>;
  env: Record<string, string>;
  argv?: readonly string[];
}

/** Starts the process on the bridge. Replaces a running one if its configuration, its environment or its code is different. */
export async function startServices({ paths, file, config, env, argv = [process.execPath, packageFile('dist', 'src', 'real-node', 'main.js'), '--config', file] }: ServicesOptions): Promise<void> {
  const text = JSON.stringify({ ...config, key: keyOf(code(), ...argv, JSON.stringify(env)) } satisfies ServicesConfig);
  // Stop before the file is written. If this process is killed in between, no file describes a process that does not use it.
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) await stopProcess(paths, name);
  writeFileSync(file, text);
  startProcess(paths, { name, argv, env });
}

function code(): string[] {
  return ['real-node', 'packages'].flatMap((folder) => {
    const path = packageFile('dist', 'src', folder);
    return readdirSync(path).filter((file) => file.endsWith('.js')).sort().map((file) => join(path, file));
  });
}
