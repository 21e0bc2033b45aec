import type { DeclareCommand } from '../run/catalog.js';
import { declareFollowing } from '../context/following.js';

const description = `Wait until a device has reached a stage, or a terminal failure occurs.

Exit code 0 when it has, 4 when the time ran out, 5 with the cause when the
device cannot become ready.`;

export const declare: DeclareCommand = (command, session) => declareFollowing(command, session, {
  description,
  act: ({ waitDevice }, context, { name, namespace, waitFor, timeoutMs }) => waitDevice(context, { name, namespace, waitFor, timeoutMs }),
});
