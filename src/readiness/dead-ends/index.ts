import type { Rung } from '../types.js';
import type { DeadEndRule } from '../verdict.js';
import { createRefused, instancetypeMissing } from './create-refused.js';
import { deployment, moduleFailed } from './deployment.js';
import { guestAgent, guestStep, userData } from './guest.js';
import { hubDevice, identityInUse } from './hub.js';
import { image } from './image.js';
import { importFailed } from './import.js';
import { nodeLost } from './node.js';
import { provisioning } from './provisioning.js';
import { unschedulable } from './unschedulable.js';
import { crashLoop, vmGone, vmStopped } from './vm.js';
import { secretMissing, volume } from './volume.js';

/** Each rule with the lowest rung that it keeps from being reached; the more telling cause stands before the more general one. */
export const deadEndRules: readonly { blocks: Rung; rule: DeadEndRule }[] = [
  { blocks: 'applied', rule: vmGone },
  { blocks: 'scheduled', rule: identityInUse },
  { blocks: 'connected', rule: hubDevice },
  { blocks: 'disk', rule: instancetypeMissing },
  { blocks: 'disk', rule: importFailed },
  { blocks: 'disk', rule: provisioning },
  { blocks: 'scheduled', rule: vmStopped },
  { blocks: 'scheduled', rule: createRefused },
  { blocks: 'scheduled', rule: unschedulable },
  { blocks: 'running', rule: nodeLost },
  { blocks: 'running', rule: image },
  { blocks: 'running', rule: secretMissing },
  { blocks: 'running', rule: crashLoop },
  { blocks: 'running', rule: volume },
  { blocks: 'booted', rule: userData },
  { blocks: 'engine', rule: guestStep },
  { blocks: 'connected', rule: guestAgent },
  { blocks: 'deployed', rule: deployment },
  { blocks: 'deployed', rule: moduleFailed },
];
