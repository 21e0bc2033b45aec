import type { EdgeCommand } from '../run/command.js';
import { addFlags } from './group.js';
import { addSelectorFlag } from './selector-flag.js';

/** Which devices, for commands that take names or a selection. */
export function addTargetFlags(command: EdgeCommand, heading: string): void {
  addSelectorFlag(command, heading);
  addFlags(command, heading, [
    { flags: '--all', help: 'all devices of the namespace' },
    { flags: '-A, --all-namespaces', help: 'with -l or --all: devices of all namespaces' },
  ]);
}
