import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';
import { bootId } from './boot-id.js';
import { BRIDGE, NFT_TABLE, NODE_ADDRESS, POD_SUBNET } from './constants.js';

/** Kernel settings that a node needs at least: guests are routed, and each of its programs and pods watches files. */
const settings: Readonly<Record<string, number>> = {
  '/proc/sys/net/ipv4/ip_forward': 1,
  '/proc/sys/fs/inotify/max_user_instances': 1024,
  '/proc/sys/fs/inotify/max_user_watches': 524_288,
};

const forwarding = '/proc/sys/net/ipv4/ip_forward';

/** What the kernel sets along with `ip_forward`, whatever it was before: forwarding of each interface, and redirects. */
const alongWithForwarding = (): string[] => {
  const folder = '/proc/sys/net/ipv4/conf';
  return [join(folder, 'all/accept_redirects'), ...readdirSync(folder).filter((name) => name !== 'all').map((name) => join(folder, name, 'forwarding'))];
};

/** What the machine was like before the real node came. */
interface HostRecord {
  /** The machine's boot that it is of: nothing of it is left after another one. */
  boot: string;
  /** By path. */
  settings: Record<string, string>;
  forwarding: Record<string, string>;
}

/**
 * The bridge that pods hang on, the machine's address on it, and the rules that lead pods out and to the API server.
 * What is changed is written down first, so that `restoreHostNetwork` works after a kill at any point.
 */
export async function setUpHostNetwork(record: string, apiServer: { service: string; port: number }): Promise<void> {
  if (readHostRecord(record) === undefined) {
    if (existsSync(`/sys/class/net/${BRIDGE}`)) {
      throw new EdgeVmError('unexpected', `there is a network device ${BRIDGE} already`, {
        hint: `Another lab on this machine has a real node: take that down first. Where none has one, it was left by a lab whose folder was removed by hand: ip link delete ${BRIDGE}; nft delete table ip ${NFT_TABLE}`,
      });
    }
    await refuseTakenAddresses([NODE_ADDRESS, apiServer.service]);
    mkdirSync(dirname(record), { recursive: true, mode: 0o700 });
    const before: HostRecord = { boot: bootId(), settings: read(Object.keys(settings)), forwarding: read(alongWithForwarding()) };
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

/** Undoes `setUpHostNetwork`; without a record of this boot of the machine there is nothing to undo. */
export async function restoreHostNetwork(record: string): Promise<void> {
  const before = readHostRecord(record);
  if (before === undefined) return;
  // Adding before deleting makes it work where there is no such table.
  await runProgram(['nft', '-f', '-'], { input: `add table ip ${NFT_TABLE}\ndelete table ip ${NFT_TABLE}\n` });
  if (existsSync(`/sys/class/net/${BRIDGE}`)) await runProgram(['ip', 'link', 'delete', BRIDGE]);
  for (const [path, value] of Object.entries(before.settings)) {
    // A setting that somebody has changed since is not the lab's any more.
    if (Number(readFileSync(path, 'utf8')) !== settings[path] || Number(value) === settings[path]) continue;
    writeFileSync(path, value);
    if (path === forwarding) for (const [one, was] of Object.entries(before.forwarding)) if (existsSync(one)) writeFileSync(one, was);
  }
}

function readHostRecord(record: string): HostRecord | undefined {
  if (!existsSync(record)) return undefined;
  const found = JSON.parse(readFileSync(record, 'utf8')) as HostRecord;
  return found.boot === bootId() ? found : undefined;
}

function read(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8').trim()]));
}

/** A network of the machine's that has these addresses would be cut off. */
async function refuseTakenAddresses(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const routes = JSON.parse((await runProgram(['ip', '-json', 'route', 'show', 'match', address])) || '[]') as { dst: string; dev?: string }[];
    const taken = routes.find(({ dst }) => dst !== 'default');
    if (taken === undefined) continue;
    throw new EdgeVmError('missing-prerequisite', `the real node needs the address ${address}, and this machine has a route to it: ${taken.dst} by ${taken.dev ?? 'another way'}`, {
      hint: 'Bring the lab up without --node real, or on a machine that is not in that network.',
    });
  }
}

// One transaction; adding before deleting makes it work whether or not the table is there.
function rules({ service, port }: { service: string; port: number }): string {
  const toApi = `ip daddr ${service} tcp dport 443 dnat to ${NODE_ADDRESS}:${port}`;
  return `
add table ip ${NFT_TABLE}
delete table ip ${NFT_TABLE}
table ip ${NFT_TABLE} {
  chain prerouting { type nat hook prerouting priority -100; iifname "${BRIDGE}" ${toApi}; }
  chain postrouting { type nat hook postrouting priority 100; ip saddr ${POD_SUBNET} oifname != "${BRIDGE}" masquerade; }
}
`;
}
