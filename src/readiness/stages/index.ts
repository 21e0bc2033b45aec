import type { Stage } from '../types.js';
import type { StageRule } from '../verdict.js';
import { applied } from './applied.js';
import { connected } from './connected.js';
import { deployed } from './deployed.js';
import { disk } from './disk.js';
import { booted, configured, engine, runtime } from './guest.js';
import { identity } from './identity.js';
import { running } from './running.js';
import { scheduled } from './scheduled.js';

/** The rule of each stage. */
export const stageRules: Readonly<Record<Stage, StageRule>> = {
  identity, applied, disk, scheduled, running, booted, engine, runtime, configured, connected, deployed,
};
