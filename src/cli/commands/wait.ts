import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Wait until a device has reached a stage, or a terminal failure occurs.

Exit code 0: it has reached the stage. 4: the time is up. 5: the device cannot
become ready; the message has the cause.`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description,
  act: ({ waitDevice }, context, { name, namespace, waitFor, timeoutMs }) => waitDevice(context, { name, namespace, waitFor, timeoutMs }),
});
