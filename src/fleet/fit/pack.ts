import { refusalOf, type Room } from './nodes.js';
import { bytesText, short } from './quantity.js';
import type { Demand, FitCheck } from './types.js';

const kinds = ['cpu', 'memory', 'kvm'] as const;
const words = { cpu: 'CPU', memory: 'memory', kvm: 'KVM devices' } as const;

/**
 * Tries to place each device on a node that may run it: the largest first, each on the node with the most free memory.
 * The scheduler decides by more than this, so "fits" means that there is a place for each, not which one it gets.
 */
export function packNodes(demands: readonly Demand[], rooms: readonly Room[], countsPods: boolean): FitCheck {
  const free = rooms.map((room) => ({ ...room }));
  const lost = new Map<string, string[]>();
  const usable = new Set<Room>();
  for (const demand of [...demands].sort((a, b) => b.memory - a.memory || b.cpu - a.cpu)) {
    const allowed = free.filter(({ node }) => refusalOf(node, demand) === undefined);
    for (const room of allowed) usable.add(room);
    const best = allowed.filter((room) => kinds.every((kind) => room[kind] >= demand[kind]) && room.pods >= 1).sort((a, b) => b.memory - a.memory)[0];
    if (best === undefined) {
      const why = allowed.length === 0 ? nobodyMay(demand, rooms) : tooSmall(demand, allowed);
      lost.set(why, [...(lost.get(why) ?? []), demand.name]);
      continue;
    }
    for (const kind of kinds) best[kind] -= demand[kind];
    best.pods -= 1;
  }
  const names = [...lost.values()].flat();
  const sum = (of: readonly { cpu: number; memory: number; kvm: number }[]): string => {
    const total = (kind: (typeof kinds)[number]): number => of.reduce((all, one) => all + Math.max(0, one[kind]), 0);
    return `${short(total('cpu'))} CPUs, ${bytesText(total('memory'))} of memory${demands.some(({ kvm }) => kvm > 0) ? `, ${short(total('kvm'))} KVM devices` : ''}`;
  };
  const before = rooms.filter((_, index) => usable.has(free[index]!));
  const facts = `${devicesText(demands)} ${demands.length === 1 ? 'needs' : 'need'} ${sum(demands)}; ${usable.size} node${usable.size === 1 ? '' : 's'} that may run ${demands.length === 1 ? 'it' : 'them'} ${usable.size === 1 ? 'has' : 'have'} ${sum(before)} free${countsPods ? '' : ' (without their pods, which you may not list)'}`;
  const unknown = demands.filter(({ isUnknown }) => isUnknown).length;
  const reasons = [...lost].map(([why, of]) => `${of.length} device${of.length === 1 ? '' : 's'} without a place: ${why}`);
  const noSize = unknown === 0 ? [] : [`the size of ${unknown} device${unknown === 1 ? '' : 's'} is not known: the instancetype cannot be read`];
  return {
    what: 'nodes', fits: names.length > 0 ? false : unknown > 0 || !countsPods ? null : true,
    message: [facts, ...reasons, ...noSize].join('; '),
    ...(names.length === 0 ? {} : { devices: names.sort() }),
  };
}

function nobodyMay(demand: Demand, rooms: readonly Room[]): string {
  const reasons = new Map<string, number>();
  for (const { node } of rooms) {
    const why = refusalOf(node, demand) ?? '';
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  return rooms.length === 0 ? 'the cluster has no node' : `no node may run it (${[...reasons].map(([why, count]) => `${count}: ${why}`).join('; ')})`;
}

function tooSmall(demand: Demand, allowed: readonly Room[]): string {
  const text = (kind: (typeof kinds)[number], value: number): string => (kind === 'memory' ? bytesText(Math.max(0, value)) : short(Math.max(0, value)));
  const short1 = kinds.filter((kind) => allowed.every((room) => room[kind] < demand[kind]));
  if (short1.length === 0) return allowed.every(({ pods }) => pods < 1) ? 'the nodes run as many pods as they may' : 'no node has CPU, memory and KVM devices for it at the same time';
  return `not enough ${short1.map((kind) => `${words[kind]} (a device needs ${text(kind, demand[kind])}, the nodes then have at most ${text(kind, Math.max(...allowed.map((room) => room[kind])))} left)`).join(' and ')}`;
}

/** `3 new and 2 changed devices`. */
function devicesText(demands: readonly Demand[]): string {
  const changed = demands.filter(({ already }) => already !== undefined).length;
  const parts = [[demands.length - changed, 'new'], [changed, 'changed']].filter(([count]) => count !== 0 || changed === 0).map(([count, word]) => `${count} ${word}`);
  return `${(changed === 0 ? parts.slice(0, 1) : parts).join(' and ')} device${demands.length === 1 ? '' : 's'}`;
}
