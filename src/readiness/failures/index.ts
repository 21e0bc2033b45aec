import type { Stage } from '../types.js';
import type { FailureRule } from '../verdict.js';
import { instancetypeMissing, kubevirtFailure } from './create-refused.js';
import { deployment, moduleFailed } from './deployment.js';
import { guestAgent, guestStep, userData } from './guest.js';
import { hubDevice, identityInUse } from './hub.js';
import { image } from './image.js';
import { importFailed } from './import.js';
import { nodeLost } from './node.js';
import type { About } from './old-settings.js';
import { provisioning } from './provisioning.js';
import { unschedulable } from './unschedulable.js';
import { crashLoop, vmGone, vmPaused, vmStopped } from './vm.js';
import { secretMissing, volume } from './volume.js';

/**
 * Each rule, with the lowest stage that it blocks and its subject. A more exact cause comes before a more general
 * one.
 */
export const failureRules: readonly { blocks: Stage; rule: FailureRule; about?: About }[] = [
  { blocks: 'applied', rule: vmGone },
  { blocks: 'scheduled', rule: identityInUse },
  { blocks: 'connected', rule: hubDevice },
  { blocks: 'disk', rule: instancetypeMissing },
  { blocks: 'disk', rule: importFailed },
  { blocks: 'disk', rule: provisioning },
  { blocks: 'scheduled', rule: vmStopped },
  { blocks: 'scheduled', rule: kubevirtFailure, about: 'instance' },
  { blocks: 'scheduled', rule: unschedulable, about: 'instance' },
  { blocks: 'running', rule: nodeLost },
  { blocks: 'running', rule: image, about: 'instance' },
  { blocks: 'running', rule: secretMissing },
  { blocks: 'running', rule: crashLoop, about: 'instance' },
  { blocks: 'running', rule: volume, about: 'instance' },
  { blocks: 'booted', rule: vmPaused },
  { blocks: 'booted', rule: userData, about: 'guest' },
  { blocks: 'engine', rule: guestStep, about: 'guest' },
  { blocks: 'connected', rule: guestAgent, about: 'guest' },
  { blocks: 'deployed', rule: deployment },
  { blocks: 'deployed', rule: moduleFailed },
];
