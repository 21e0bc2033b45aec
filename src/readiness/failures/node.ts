import { doubtOf, NODE_RETURNED } from '../node.js';
import { suspect, type FailureRule } from '../verdict.js';

/** The instance's node is gone. Node and device may come back at any time, so this never ends a wait. */
export const nodeLost: FailureRule = (o) => {
  const { node, verdict } = doubtOf(o) ?? {};
  if (node === undefined || verdict === undefined || verdict.reason === NODE_RETURNED) return undefined;
  return suspect(`node-${node}`, Number.POSITIVE_INFINITY, 'node-unreachable', `the VM’s ${verdict.message}`, `When the node is back, the device continues by itself. If it never comes back: make sure that it is off, then run kubectl delete node ${node}. The VM then starts on another node that can attach its disk.`);
};
