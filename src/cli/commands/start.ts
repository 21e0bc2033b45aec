import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Start the stopped VMs of devices, and wait until their runtimes are connected.
Nothing else changes.

Examples:
  edge-vm start gw-01
  edge-vm start -l site=north --no-wait`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description: description.replaceAll('edge-vm start', `${session.io.programName} start`), noWait: 'return once they are started',
  act: ({ startDevice }, context, request) => startDevice(context, request),
  many: { none: 'to start', done: 'are started', outcomes: { changed: 'started', unchanged: 'not stopped' }, act: ({ startFleet }, context, request) => startFleet(context, request) },
});
