import { ASSETS } from '../assets.generated.js';
import type { WriteFile } from './types.js';
import { writeFile } from './write-file.js';

/** Path of the script for KubeVirt's `readinessProbe.exec`; it takes no arguments. */
export const PROBE_PATH = '/usr/local/sbin/edge-vm-probe';

const folder = 'cloud-init/guest/';
const places: [prefix: string, target: string, permissions: string][] = [
  ['lib/', '/usr/local/lib/edge-vm/', '0644'],
  ['key-fingerprint.py', '/usr/local/lib/edge-vm/key-fingerprint.py', '0755'],
  ['edge-vm-provision.service', '/etc/systemd/system/edge-vm-provision.service', '0644'],
  ['edge-vm-', '/usr/local/sbin/edge-vm-', '0755'],
];

let made: readonly WriteFile[] | undefined;
const own = new WeakSet<object>();

/** The scripts and the unit of `cloud-init/guest/`, at their places in the guest: the same objects each time. */
export function guestScripts(): readonly WriteFile[] {
  if (made === undefined) {
    made = makeScripts();
    for (const script of made) own.add(Object.freeze(script));
  }
  return made;
}

/** True for an object of `guestScripts`. */
export function isGuestScript(entry: unknown): entry is WriteFile {
  return typeof entry === 'object' && entry !== null && own.has(entry);
}

function makeScripts(): WriteFile[] {
  return Object.entries(ASSETS)
    .filter(([path]) => path.startsWith(folder))
    .map(([path, text]) => {
      const name = path.slice(folder.length);
      const place = places.find(([prefix]) => name.startsWith(prefix));
      if (place === undefined) throw new Error(`${path} has no place in the guest`);
      const [prefix, target, permissions] = place;
      return writeFile(target + name.slice(prefix.length), text, permissions);
    });
}
