import { existsSync } from 'node:fs';
import { giveHostBack } from '../real-node/stop.js';
import { step, type OnLabEvent } from './events.js';
import { withLock } from './lock.js';
import { labPaths } from './paths.js';
import { removeFiles, stopAll } from './stop.js';

export interface LabDownOptions {
  name?: string;
  onEvent?: OnLabEvent;
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
}

/**
 * Stops every process of a lab and removes its state folder, with devices and disks. The cache of built programs and the
 * snapshot stay. Returns `false` if there was nothing. It stops only processes that certainly belong to the lab.
 */
export async function labDown(options: LabDownOptions = {}): Promise<boolean> {
  const name = options.name ?? 'default';
  const paths = labPaths(name, options.env);
  const onEvent = options.onEvent ?? (() => {});
  return withLock(paths.lock, { what: `another command on lab ${name} to end`, timeout: 600_000, signal: options.signal }, async () => {
    const stopped = await step('stop', onEvent, async () => {
      const any = await stopAll(paths);
      await giveHostBack(paths);
      return any;
    });
    const existed = existsSync(paths.state);
    removeFiles(paths);
    return stopped || existed;
  });
}
