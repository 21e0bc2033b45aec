import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Start the stopped VM of a device, and wait until its runtime is connected.
Nothing else changes.`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description, noWait: 'return once it is started',
  act: ({ startDevice }, context, request) => startDevice(context, request),
});
