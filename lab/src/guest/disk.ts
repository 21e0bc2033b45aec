import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a guest's root disk holds between boots. It contains the device's key, so its files have mode 0600. */
export interface DiskState {
  /** cloud-init's instance-id (the firmware UUID) at the time when it wrote the files. */
  instanceId?: string;
  hostname?: string;
  files: Record<string, string>;
  unitEnabled: boolean;
  /** Steps that an earlier boot has done. */
  done: string[];
  versions: Record<string, string>;
  /** Number of records so far. The sequence goes on after a new boot. */
  seq: number;
}

/** Root disks by the uid of their claim. A VM without a claim (containerDisk) starts empty each time, as in the field. */
export interface DiskStore {
  load(claimUid: string | undefined): DiskState;
  save(claimUid: string | undefined, state: DiskState): void;
  /** Deletes a disk whose claim is gone, and the device's key with it. */
  remove(claimUid: string): void;
  /** Claims that have a disk. */
  claims(): string[];
}

export function diskStore(folder: string): DiskStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (uid: string): string => join(folder, `${uid}.json`);
  return {
    load(uid) {
      if (uid === undefined || !existsSync(path(uid))) return { files: {}, unitEnabled: false, done: [], versions: {}, seq: 0 };
      return JSON.parse(readFileSync(path(uid), 'utf8')) as DiskState;
    },
    save(uid, state) {
      if (uid === undefined) return;
      const next = `${path(uid)}.new`;
      writeFileSync(next, JSON.stringify(state), { mode: 0o600 });
      chmodSync(next, 0o600);
      renameSync(next, path(uid));
    },
    remove(uid) {
      for (const file of [path(uid), `${path(uid)}.new`]) rmSync(file, { force: true });
    },
    claims() {
      return [...new Set(readdirSync(folder).map((file) => file.replace(/\.json(\.new)?$/, '')))];
    },
  };
}
