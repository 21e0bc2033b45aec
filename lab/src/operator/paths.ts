import { join } from 'node:path';
import type { LabPaths } from '../control-plane/paths.js';

/** Files of the lab's operator, all in the lab's state folder. */
export interface OperatorPaths {
  folder: string;
  /** See `OperatorRecord`. A lab that has this file keeps its operator. */
  record: string;
  /** Of the operator's ServiceAccount. */
  kubeconfig: string;
  /** A secret: the service connection string of the lab's hub. */
  hubCredential: string;
}

export function operatorPaths(paths: LabPaths): OperatorPaths {
  const folder = join(paths.state, 'operator');
  const inFolder = (name: string): string => join(folder, name);
  return { folder, record: inFolder('operator.json'), kubeconfig: inFolder('kubeconfig'), hubCredential: inFolder('hub-connection-string') };
}
