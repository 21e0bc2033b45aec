import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Wait until devices have reached a stage, or a terminal failure occurs.

Exit code 0: all have reached the stage. 4: the time is up; a device that was
not read in time ("not read") may have reached it. 5: a device cannot become ready;
the message has the cause.

Examples:
  edge-vm wait gw-01
  edge-vm wait gw-01 gw-02 --wait-for running
  edge-vm wait -l site=north --timeout 1h`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description: description.replaceAll('edge-vm wait', `${session.io.programName} wait`),
  act: ({ waitDevice }, context, { name, namespace, waitFor, timeoutMs }) => waitDevice(context, { name, namespace, waitFor, timeoutMs }),
  many: { none: 'to wait for', act: ({ waitFleet }, context, { devices, waitFor, timeoutMs }) => waitFleet(context, { devices, waitFor, timeoutMs }) },
});
