import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Restart the VM of a device, and wait until its runtime is connected. Changes
that need a restart take effect. Nothing else changes.`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description, noWait: 'return as soon as the restart begins',
  act: ({ restartDevice }, context, request) => restartDevice(context, request),
});
