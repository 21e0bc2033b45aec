import { dump } from 'js-yaml';
import type { EdgeDevice } from '../spec/types.js';
import { InvalidInputError } from '../support/errors.js';
import { isMapping } from '../support/plain.js';
import type { Mapping } from '../support/plain.js';
import { sortedDocument } from './sorted-maps.js';
import { isOnlyCardChanging, type NetworkCard } from './objects/network-cards.js';

const field = 'spec.guest.networkData';

/** DHCP on the only card, by its name. cloud-init's own default uses its MAC address, but that is new at each start. */
const byName = { version: 2, ethernets: { primary: { match: { name: 'e*' }, dhcp4: true } } };

/**
 * Network-data (cloud-init's version 2 format) as YAML; `undefined` if DHCP, the image's default, is right.
 * https://cloudinit.readthedocs.io/en/latest/reference/network-config-format-v2.html
 *
 * Throws InvalidInputError if all cards are behind masquerade and none would have the address that works there.
 */
export function networkData(device: EdgeDevice, cards: readonly NetworkCard[]): string | undefined {
  const given = device.spec.guest.networkData ?? (isOnlyCardChanging(cards) ? byName : undefined);
  if (given === undefined) return undefined;
  checkFixed(given, cards);
  // NoCloud accepts the document with and without the `network:` key around it.
  return dump(sortedDocument(given), { lineWidth: -1, noRefs: true });
}

/** KubeVirt's masquerade translates one address, and gives it by DHCP. With any other address the guest has no network. */
function checkFixed(given: Mapping, cards: readonly NetworkCard[]): void {
  const answering = cards.map(({ guestAddress }) => guestAddress);
  if (cards.length === 0 || answering.includes(undefined)) return;
  const inner = isMapping(given['network']) ? given['network'] : given;
  const devices = ['ethernets', 'bonds', 'bridges'].flatMap((kind) => (isMapping(inner[kind]) ? Object.values(inner[kind]) : [])).filter(isMapping);
  const fixed = devices.flatMap(addressesOf);
  const works = devices.some((one) => one['dhcp4'] === true || one['dhcp4'] === 'yes' || one['dhcp6'] === true) || fixed.some((address) => answering.includes(address.split('/')[0]));
  if (fixed.length === 0 || works) return;
  throw new InvalidInputError([{
    kind: 'conflict', field,
    message: `cannot work: behind KubeVirt's masquerade only ${[...new Set(answering)].join(', ')} works, and the guest gets it by DHCP. Set dhcp4: true, or give your own template with a bridge to a network in which the address is yours`,
  }]);
}

/** An entry is `address/prefix`, or a mapping with that as its key. */
function addressesOf(device: Mapping): string[] {
  const { addresses } = device;
  if (!Array.isArray(addresses)) return [];
  return addresses.flatMap((entry: unknown) => (isMapping(entry) ? Object.keys(entry) : typeof entry === 'string' ? [entry] : []));
}
