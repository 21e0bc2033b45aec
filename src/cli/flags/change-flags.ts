import type { EdgeCommand } from '../run/command.js';
import { addFlags } from './group.js';

/** `--yes` and `--dry-run`, for commands that change a device. */
export function addChangeFlags(command: EdgeCommand, heading: string): void {
  addFlags(command, heading, [
    { flags: '--restart', help: 'restart the VM if a change needs it' },
    { flags: '-y, --yes', help: 'do not ask before something is removed or needs a first boot' },
    { flags: '--dry-run <where>', help: 'none (default), client, server', choices: ['none', 'client', 'server'] },
  ]);
}
