import { createHash } from 'node:crypto';
import { isMapping, textAt } from '../../support/plain.js';
import type { Mapping } from '../../support/plain.js';
import { listAt, mappingAt, named } from './editing.js';
import type { Manifest } from './editing.js';

const pod = ['spec', 'template', 'spec'] as const;

/** One network card of the machine, with the facts that decide how the guest recognises it after a restart. */
export interface NetworkCard {
  name: string;
  /**
   * - `private`: behind NAT (for example masquerade), so no other machine sees its address.
   * - `pod`: it takes the pod's place in the cluster's network, and the network plugin may know it by its address.
   * - `secondary`: in a network beside that of the pod; KubeVirt gives the plugin the wanted address.
   */
  kind: 'private' | 'pod' | 'secondary';
  /** The MAC address from the template, in small letters with colons. */
  mac?: string;
  /** For masquerade: the only IP address that works; KubeVirt gives it by DHCP. */
  guestAddress?: string;
}

const behindNat = ['masquerade', 'slirp', 'passt', 'passtBinding'];

/**
 * The cards that the machine will have. Without interfaces and networks KubeVirt adds one in the pod's network, of the kind in
 * the cluster's settings (by default bridge).
 */
export function networkCards(manifest: Manifest): NetworkCard[] {
  const spec = mappingAt(manifest, ...pod);
  const devices = mappingAt(manifest, ...pod, 'domain', 'devices');
  const interfaces = devices['interfaces'] === undefined ? [] : listAt(manifest, ...pod, 'domain', 'devices', 'interfaces');
  const networks = spec['networks'] === undefined ? [] : listAt(manifest, ...pod, 'networks');
  if (interfaces.length === 0 && networks.length === 0) return devices['autoattachPodInterface'] === false ? [] : [{ name: 'default', kind: 'pod' }];
  return interfaces.filter((card) => card['state'] !== 'absent').map((card) => {
    const network = named(networks, card['name']);
    const mac = textAt(card, 'macAddress')?.toLowerCase().replaceAll('-', ':');
    const kind = behindNat.some((way) => card[way] !== undefined) ? 'private' : network?.['multus'] === undefined ? 'pod' : 'secondary';
    return {
      name: String(card['name']), kind,
      ...(mac === undefined || mac === '' ? {} : { mac }),
      ...(card['masquerade'] === undefined ? {} : { guestAddress: guestAddressOf(network) }),
    };
  });
}

/** The second address of the network behind masquerade, the first is the gateway: kubevirt pkg/network/link/address.go. */
function guestAddressOf(network: Mapping | undefined): string {
  const cidr = textAt(network, 'pod', 'vmNetworkCIDR') ?? '10.0.2.0/24';
  const [host = ''] = cidr.split('/');
  const parts = host.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 2].join('.');
}

/**
 * At the first boot, cloud-init binds the guest's network to the card's MAC address. KubeVirt makes a new one at each start, so the
 * guest would lose its network at the first restart. A card in the pod's own network does not change: there the network plugin
 * knows the pod by the address that the card takes over.
 */
export function keepNetworkCards(manifest: Manifest, uuid: string): void {
  const keep = new Map(networkCards(manifest).map((card) => [card.name, card]));
  if (mappingAt(manifest, ...pod, 'domain', 'devices')['interfaces'] === undefined) return;
  for (const card of listAt(manifest, ...pod, 'domain', 'devices', 'interfaces')) {
    const known = keep.get(String(card['name']));
    if (known !== undefined && known.kind !== 'pod' && known.mac === undefined) card['macAddress'] = macAddress(uuid, card['name']);
  }
}

/** Always the same for a device and card. 02 means a locally administered address of one machine. */
function macAddress(uuid: string, name: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify([uuid, name])).digest('hex');
  return ['02', ...digest.slice(0, 10).match(/../g)!].join(':');
}

/** The only card, if its MAC address changes at each start: the guest must recognise it by something else. */
export function isOnlyCardChanging(cards: readonly NetworkCard[]): boolean {
  return cards.length === 1 && changes(cards[0]!);
}

function changes({ kind, mac }: NetworkCard): boolean {
  return kind === 'pod' && mac === undefined;
}

/** Warnings about the cards. `ownTemplate`: a person's template, from which more than one device may be made. */
export function cardWarnings(cards: readonly NetworkCard[], networkData: unknown, field: string): string[] {
  const several = networkData === undefined && cards.length > 1 ? cards.filter(changes) : [];
  const shared = cards.filter(({ kind, mac }) => kind !== 'private' && mac !== undefined);
  return [
    ...several.map(({ name }) => `${field}: interface ${name} gets another MAC address at each start, but cloud-init recognises it by that address. After a restart the guest may be without that network. Give it a macAddress, or network-data that matches by name`),
    ...shared.map(({ name, mac }) => `${field}: interface ${name} has the fixed MAC address ${mac}; a second device from this file would have the same one`),
    ...matchWarnings(cards, networkData),
  ];
}

/** Network-data that matches a MAC address which no card has, or which changes. */
function matchWarnings(cards: readonly NetworkCard[], networkData: unknown): string[] {
  const inner = isMapping(networkData) && isMapping(networkData['network']) ? networkData['network'] : networkData;
  const ethernets = isMapping(inner) && isMapping(inner['ethernets']) ? Object.entries(inner['ethernets']) : [];
  const known = new Set(cards.map(({ mac }) => mac));
  return ethernets.flatMap(([name, ethernet]) => {
    const mac = textAt(ethernet, 'match', 'macaddress')?.toLowerCase();
    return mac === undefined || known.has(mac) ? [] : [`spec.guest.networkData: ${name} matches a MAC address that the template gives to no interface, so the guest will not find it. Match by name`];
  });
}
