import { readdirSync, readFileSync } from 'node:fs';

/**
 * Start time of a process in clock ticks since boot (`/proc/PID/stat`, field 22); undefined if it is gone or a zombie.
 * The kernel may give the same pid to another program later, but not the same pid and start time.
 */
export function startTimeOf(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** Resident memory in bytes, 0 when the process is gone. */
export function residentBytes(pid: number): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) * 1024 : 0;
  } catch {
    return 0;
  }
}

/** All processes of this machine. */
export function processIds(): number[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number);
}

/** Processes of this user whose environment holds `NAME=value`; those of others cannot be read and are left out. */
export function processesWithEnvironment(name: string, value: string): number[] {
  return processIds().filter((pid) => environmentOf(pid).includes(`${name}=${value}`));
}

/** All values that a variable has in processes' environments, as far as these can be read. */
export function environmentValues(name: string): string[] {
  const values = processIds().map((pid) => environmentOf(pid).find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1));
  return [...new Set(values.filter((value) => value !== undefined))];
}

// Lines of `NAME=value`; none if the process is gone or belongs to another user.
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

// The second field is the program's name in brackets and may hold anything, blanks and brackets included.
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
