import type { Api } from './api.js';
import type { Programs } from './build-programs.js';
import type { OnLabEvent } from './events.js';
import type { LabPaths } from './paths.js';
import type { PinnedVersions } from './program-groups.js';
import type { LabState } from './state.js';

/** What the steps of `labUp` share. */
export interface LabContext {
  paths: LabPaths;
  state: LabState;
  programs: Programs;
  versions: PinnedVersions;
  onEvent: OnLabEvent;
  signal: AbortSignal | undefined;
  /** Opened when the certificates exist. */
  api: Api;
}

/** URL of the lab's API server. */
export function serverUrl(state: LabState): string {
  return `https://127.0.0.1:${state.ports.apiserver}`;
}
