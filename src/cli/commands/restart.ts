import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Restart the machine of a device, and wait until its runtime is connected. What
was applied before takes effect with it. Nothing else changes.`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description, noWait: 'return once it is told to restart',
  act: ({ restartDevice }, context, request) => restartDevice(context, request),
});
