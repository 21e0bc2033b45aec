import type { EdgeCommand } from '../run/command.js';
import { DEVICE_FLAGS } from './device-flags.js';
import { addFlags } from './group.js';

/**
 * Declares the flags of the device itself: the usual ones, then the command's other flags, then the rest by
 * subject. So the first page of the help is the one that most people need.
 */
export function addDeviceFlags(command: EdgeCommand, between: readonly ((command: EdgeCommand) => void)[]): void {
  const [usual, ...rest] = DEVICE_FLAGS;
  addFlags(command, ...usual!);
  for (const add of between) add(command);
  for (const group of rest) addFlags(command, ...group);
}
