import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';
import { bootId } from './boot-id.js';
import { BRIDGE, NFT_TABLE, NODE_ADDRESS, POD_SUBNET } from './constants.js';

/** Lowest values of kernel settings for a node: the machine routes for guests, and each program and pod watches files. */
const settings: Readonly<Record<string, number>> = {
  '/proc/sys/net/ipv4/ip_forward': 1,
  '/proc/sys/fs/inotify/max_user_instances': 1024,
  '/proc/sys/fs/inotify/max_user_watches': 524_288,
};

const forwarding = '/proc/sys/net/ipv4/ip_forward';

/** With `ip_forward` the kernel also sets these, and overwrites any value: forwarding of each interface, and redirects. */
const alongWithForwarding = (): string[] => {
  const folder = '/proc/sys/net/ipv4/conf';
  return [join(folder, 'all/accept_redirects'), ...readdirSync(folder).filter((name) => name !== 'all').map((name) => join(folder, name, 'forwarding'))];
};

/** The machine's settings before the real node. */
interface HostRecord {
  /** The boot of the machine that the record belongs to. After another boot, none of these settings is left. */
  boot: string;
  /** Old values by path. */
  settings: Record<string, string>;
  forwarding: Record<string, string>;
}

/**
 * Makes the bridge for pods, the machine's address on it, and the rules for traffic from pods to other networks and to the
 * API server. Before each change it records the old value, so that `restoreHostNetwork` works after a kill at any point.
 */
export async function setUpHostNetwork(record: string, apiServer: { service: string; port: number }): Promise<void> {
  if (readHostRecord(record) === undefined) {
    if (existsSync(`/sys/class/net/${BRIDGE}`)) {
      throw new EdgeVmError('unexpected', `there is a network device ${BRIDGE} already`, {
        hint: `Another lab on this machine has a real node: take that down first. If no lab has one, the device is left from a lab whose folder was removed by hand: ip link delete ${BRIDGE}; nft delete table ip ${NFT_TABLE}`,
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
  // Also if the bridge exists already: a run that was killed may have made it without an address.
  await runProgram(['ip', 'address', 'replace', `${NODE_ADDRESS}/24`, 'dev', BRIDGE]);
  await runProgram(['ip', 'link', 'set', BRIDGE, 'up']);
  await runProgram(['nft', '-f', '-'], { input: rules(apiServer) });
}

/** Undoes `setUpHostNetwork`. Without a record of this boot of the machine there is nothing to undo. */
export async function restoreHostNetwork(record: string): Promise<void> {
  const before = readHostRecord(record);
  if (before === undefined) return;
  // First add, then delete: so it also works if there is no such table.
  await runProgram(['nft', '-f', '-'], { input: `add table ip ${NFT_TABLE}\ndelete table ip ${NFT_TABLE}\n` });
  if (existsSync(`/sys/class/net/${BRIDGE}`)) await runProgram(['ip', 'link', 'delete', BRIDGE]);
  for (const [path, value] of Object.entries(before.settings)) {
    // If somebody has changed a setting since, it no longer belongs to the lab.
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

/** If the machine has a network with these addresses, the bridge would cut it off. */
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

// One transaction. First add, then delete: so it works with or without an old table.
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
