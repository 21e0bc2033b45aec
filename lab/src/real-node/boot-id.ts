import { readFileSync } from 'node:fs';

/** The id of the machine's boot: another one after each start of its kernel. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
