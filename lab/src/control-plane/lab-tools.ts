import { delimiter, dirname } from 'node:path';
import { buildPrograms } from './build-programs.js';
import type { OnLabEvent } from './events.js';
import { labPaths } from './paths.js';
import { helmGroups, toolGroups } from './program-groups.js';
import { requireLinux } from './toolchain.js';

export interface LabToolsOptions {
  onEvent?: OnLabEvent;
  signal?: AbortSignal;
  /** Build helm too, with which to try the charts. */
  helm?: boolean;
  /** For `EDGE_VM_CACHE_DIR` and the XDG folders. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Builds kubectl and virtctl of the lab's versions if they are not built yet, and returns their folder; with `helm` two
 * folders, as in `PATH`. A lab does not need them, so `labUp` does not build them. Throws `missing-prerequisite` if Go is
 * missing or the platform is not Linux.
 */
export async function labTools({ onEvent = () => {}, signal, helm = false, env }: LabToolsOptions = {}): Promise<string> {
  requireLinux();
  const groups = [...toolGroups(), ...(helm ? helmGroups() : [])];
  const programs = await buildPrograms({ cache: labPaths('default', env).cache, onEvent, signal, groups });
  return ['kubectl', ...(helm ? ['helm'] : [])].map((name) => dirname(programs.program(name))).join(delimiter);
}
