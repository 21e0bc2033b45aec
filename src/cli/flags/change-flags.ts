import type { CreateRequest } from '../../provision/types.js';
import type { EdgeCommand } from '../run/command.js';
import { addFlags, isOn, text, type FlagValues } from './group.js';

/** `--take-ownership`, `--restart`, `--yes` and `--dry-run`, for commands that change a device. */
export function addChangeFlags(command: EdgeCommand, heading: string): void {
  addFlags(command, heading, [
    { flags: '--take-ownership', help: 'take over fields that others have set' },
    { flags: '--restart', help: 'restart the VM if a change needs it' },
    { flags: '-y, --yes', help: 'do not ask before something is removed or needs a first boot' },
    { flags: '--dry-run <where>', help: 'none (default), client, server', choices: ['none', 'client', 'server'] },
  ]);
}

/** What is changed how; `--yes` and `--restart` are read where they are asked. */
export function changing(values: FlagValues): Pick<CreateRequest, 'dryRun' | 'takeOwnership'> {
  return { dryRun: (text(values, 'dryRun') ?? 'none') as CreateRequest['dryRun'], takeOwnership: isOn(values, 'takeOwnership') };
}
