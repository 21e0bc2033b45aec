import type { KubeObject } from '../../cluster/types.js';
import type { DeviceIdentity } from '../../identity/types.js';
import type { RenderedDevice } from '../../render/types.js';
import type { EdgeDevice } from '../../spec/types.js';
import type { CreateRequest } from '../types.js';
import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import type { FirstBoot } from '../common/first-boot.js';
import type { Deadline } from '../../support/deadline.js';

/** What the steps of `create` hand on to each other. */
export interface CreateState {
  readonly context: ProvisionContext;
  readonly request: CreateRequest;
  readonly deadline: Deadline;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  name: string;
  namespace: string;
  /** The requested device, with hub, device id and name filled in from the identity. */
  edgeDevice: EdgeDevice;
  /** Known before the identity itself is: the device need not be registered yet. */
  device: { hubHostname: string; deviceId: string };
  /** Absent until resolved; for `register`, until the hub gave the key. */
  identity: DeviceIdentity | undefined;
  /** The hub made the device in this run, so nobody else can be using it. */
  registeredNow: boolean;
  /** A dry run that only seemed to make the namespace: the API server can try nothing in it. */
  namespacePretended: boolean;
  /** What proves the identity, for the condition `identity`; absent when nothing was tried. */
  identityProof: string | undefined;
  /** The VM of that name, once looked up. */
  liveVm: KubeObject | undefined;
  /** The Service of that name, if it is ours and may be read. */
  liveService: KubeObject | undefined;
  rendered: RenderedDevice | undefined;
  /** What the root disk was set up with, once looked at. */
  firstBoot: FirstBoot | undefined;
  readonly changes: DeviceResult['changes'];
  readonly warnings: string[];
}

/** One step of `create`; its name is what progress shows. */
export interface CreateStep {
  name: string;
  run(state: CreateState): Promise<{ detail?: string; skipped?: boolean } | void>;
}

/** Adds a warning to the result and tells it at once. */
export function warn(state: CreateState, message: string): void {
  if (state.warnings.includes(message)) return;
  state.warnings.push(message);
  state.context.onEvent({ type: 'warning', message, at: state.context.clock.now() });
}
