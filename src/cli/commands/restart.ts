import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Restart the VMs of devices, and wait until their runtimes are connected. Changes
that need a restart take effect. Nothing else changes. Several devices restart at
the same time.

Examples:
  edge-vm restart gw-01
  edge-vm restart -l site=north --timeout 1h`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description: description.replaceAll('edge-vm restart', `${session.io.programName} restart`), noWait: 'return as soon as the restarts begin',
  act: ({ restartDevice }, context, request) => restartDevice(context, request),
  many: { none: 'to restart', done: 'are restarted', outcomes: { changed: 'restarted' }, act: ({ restartFleet }, context, request) => restartFleet(context, request) },
});
