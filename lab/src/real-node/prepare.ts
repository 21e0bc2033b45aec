import { join } from 'node:path';
import { buildPrograms, type Programs } from '../control-plane/build-programs.js';
import { step, type OnLabEvent } from '../control-plane/events.js';
import { nodeProgramGroups, pinnedVersions } from '../control-plane/program-groups.js';
import { debsIn } from '../packages/repository.js';
import { makeStandIns } from '../packages/stand-in.js';
import { debianMirror, type DebianMirror } from './debian-mirror.js';
import { installHostPackages, requireRealNodeHost, requireVisibleFolders } from './host-packages.js';
import { makeImages, type Images } from './images.js';
import { probeKvm, type Acceleration } from './kvm-probe.js';

export interface PrepareOptions {
  /** The lab's cache folder, and its state folder. */
  cache: string;
  state: string;
  env: NodeJS.ProcessEnv;
  /** Folder of real aziot-edge and aziot-identity-service packages. Default: the stand-ins. */
  edgePackages?: string | undefined;
  onEvent: OnLabEvent;
  signal: AbortSignal | undefined;
}

/** All that a real node is made from. It comes from the cache, except the result for KVM after a boot of the machine. */
export interface Prepared {
  programs: Programs;
  images: Images;
  mirror: DebianMirror;
  acceleration: Acceleration;
  packages: { kind: 'stand-in' | 'given'; folder: string };
}

/** Builds and checks all that does not depend on a running lab. Throws `missing-prerequisite` if this machine cannot have a real node. */
export async function prepareRealNode({ cache, state, env, edgePackages, onEvent, signal }: PrepareOptions): Promise<Prepared> {
  requireRealNodeHost();
  requireVisibleFolders({ EDGE_VM_CACHE_DIR: cache, EDGE_VM_STATE_DIR: state });
  // First, because the rest takes minutes.
  if (edgePackages !== undefined) debsIn(edgePackages);
  const folder = join(cache, 'real-node');
  await step('host packages', onEvent, (progress) => installHostPackages(signal, progress));
  const mirror = await debianMirror(env);
  const programs = await buildPrograms({ cache, onEvent, signal, groups: nodeProgramGroups() });
  const images = await makeImages({ cache: folder, programs, versions: pinnedVersions(), mirror, onEvent, signal });
  const acceleration = await step('KVM', onEvent, async (progress) => {
    const verdict = await probeKvm({ ...images, verdict: join(folder, 'kvm.json'), signal });
    progress(verdict.reason);
    return verdict;
  });
  const packages = edgePackages === undefined
    ? { kind: 'stand-in' as const, folder: await step('stand-in packages', onEvent, () => makeStandIns(folder, signal)) }
    : { kind: 'given' as const, folder: edgePackages };
  return { programs, images, mirror, acceleration, packages };
}
