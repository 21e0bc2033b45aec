import { existsSync, readFileSync } from 'node:fs';
import type { Acceleration } from './kvm-probe.js';

/** `real-node.json` in the lab's state folder: the record of the real node. */
export interface RealNodeRecord {
  name: string;
  acceleration: Acceleration;
  guestDisk: string;
  /** Whether aziot-edge is the lab's stand-in or a package that a person gave. */
  packages: 'stand-in' | 'given';
}

/** Undefined if the lab has no real node. */
export function readRealNode(file: string): RealNodeRecord | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RealNodeRecord) : undefined;
}
