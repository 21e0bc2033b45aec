import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';
import { BRIDGE, NFT_TABLE, NODE_ADDRESS, POD_SUBNET } from './constants.js';

/** Kernel settings that a node needs at least: guests are routed, and each of its programs and pods watches files. */
const settings: Readonly<Record<string, number>> = {
  '/proc/sys/net/ipv4/ip_forward': 1,
  '/proc/sys/fs/inotify/max_user_instances': 1024,
  '/proc/sys/fs/inotify/max_user_watches': 524_288,
};

/** What the machine's settings were before the real node came, by path. */
type HostRecord = Record<string, string>;

/**
 * The bridge that pods hang on, the machine's address on it, and the rules that lead pods out and to the API server.
 * What is changed is written down first, so that `restoreHostNetwork` works after a kill at any point.
 */
export async function setUpHostNetwork(record: string, apiServer: { service: string; port: number }): Promise<void> {
  const ours = existsSync(record);
  if (!ours) {
    if (existsSync(`/sys/class/net/${BRIDGE}`)) {
      throw new EdgeVmError('unexpected', `there is a network device ${BRIDGE} already`, {
        hint: `Another lab on this machine has a real node: take that down first. Where none has one, it was left by a lab whose folder was removed by hand: ip link delete ${BRIDGE}; nft delete table ip ${NFT_TABLE}`,
      });
    }
    mkdirSync(dirname(record), { recursive: true, mode: 0o700 });
    const before: HostRecord = Object.fromEntries(Object.keys(settings).map((path) => [path, readFileSync(path, 'utf8').trim()]));
    writeFileSync(`${record}.new`, JSON.stringify(before));
    renameSync(`${record}.new`, record);
  }
  for (const [path, least] of Object.entries(settings)) if (Number(readFileSync(path, 'utf8')) < least) writeFileSync(path, String(least));
  if (!existsSync(`/sys/class/net/${BRIDGE}`)) await runProgram(['ip', 'link', 'add', BRIDGE, 'type', 'bridge']);
  // Not only to a new bridge: a run that was killed may have made it without.
  await runProgram(['ip', 'address', 'replace', `${NODE_ADDRESS}/24`, 'dev', BRIDGE]);
  await runProgram(['ip', 'link', 'set', BRIDGE, 'up']);
  await runProgram(['nft', '-f', '-'], { input: rules(apiServer) });
}

/** Undoes `setUpHostNetwork`; without a record there is nothing to undo. */
export async function restoreHostNetwork(record: string): Promise<void> {
  if (!existsSync(record)) return;
  const before = JSON.parse(readFileSync(record, 'utf8')) as HostRecord;
  await quietly(['nft', 'delete', 'table', 'ip', NFT_TABLE]);
  await quietly(['ip', 'link', 'delete', BRIDGE]);
  // A setting that somebody has changed since is not the lab's any more.
  for (const [path, value] of Object.entries(before)) if (Number(readFileSync(path, 'utf8')) === settings[path]) writeFileSync(path, value);
}

// One transaction; adding before deleting makes it work whether or not the table is there.
function rules({ service, port }: { service: string; port: number }): string {
  const toApi = `ip daddr ${service} tcp dport 443 dnat to ${NODE_ADDRESS}:${port}`;
  return `
add table ip ${NFT_TABLE}
delete table ip ${NFT_TABLE}
table ip ${NFT_TABLE} {
  chain prerouting { type nat hook prerouting priority -100; ${toApi}; }
  chain output { type nat hook output priority -100; ${toApi}; }
  chain postrouting { type nat hook postrouting priority 100; ip saddr ${POD_SUBNET} oifname != "${BRIDGE}" masquerade; }
}
`;
}

async function quietly(argv: readonly string[]): Promise<void> {
  await runProgram(argv).catch(() => {});
}
