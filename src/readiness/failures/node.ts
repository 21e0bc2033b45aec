import { doubtOf, NODE_RETURNED } from '../node.js';
import { suspect, type FailureRule } from '../verdict.js';

/** The instance's node is gone. It may come back at any time, and the device with it, so it never ends a wait. */
export const nodeLost: FailureRule = (o) => {
  const { node, verdict } = doubtOf(o) ?? {};
  if (node === undefined || verdict === undefined || verdict.reason === NODE_RETURNED) return undefined;
  return suspect(`node-${node}`, Number.POSITIVE_INFINITY, 'node-unreachable', `the VM’s ${verdict.message}`, `When the node is back, the device goes on by itself. If it never comes back: make sure that it is off, then kubectl delete node ${node}; the VM starts on another node that can have its disk.`);
};
