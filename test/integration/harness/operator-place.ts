import type { Registration } from '../../../src/operator/types.js';
import { startCensus, type Census } from './census.js';
import { deviceFleet, type DeviceFleet } from './device-fleet.js';
import { everyEnd } from './every-end.js';
import { openReplicas, type Replicas } from './operator-replica.js';
import { openScene, type Scene } from './scene.js';

/** A namespace with an operator of its own. */
export interface Place {
  scene: Scene;
  fleet: DeviceFleet;
  census: Census;
  replicas: Replicas;
}

/** Opens a place, and takes everything in it away afterwards. */
export async function inPlace(label: string, body: (place: Place) => Promise<void>, rights: { everywhere?: boolean } = {}): Promise<void> {
  const scene = await openScene(label);
  const ends: (() => Promise<void>)[] = [() => scene.close()];
  const failures: unknown[] = [];
  let lastLines = (): string => '';
  try {
    const fleet = deviceFleet(scene);
    ends.unshift(() => fleet.clear());
    const replicas = await openReplicas(scene, rights);
    lastLines = () => replicas.lastLines();
    ends.unshift(() => replicas.close());
    const census = startCensus(scene);
    ends.unshift(() => census.close());
    await body({ scene, fleet, census, replicas });
  } catch (error) {
    // What it wrote last says more than what a test finds in the end.
    if (error instanceof Error) error.message += `\nThe last lines of each operator:\n${lastLines()}`;
    failures.push(error);
  }
  await everyEnd(...ends).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** All of these devices with the same registration. */
export const states = (names: readonly string[], state: Registration['state'] | 'own' = 'Registered'): Map<string, Registration['state'] | 'own'> => new Map(names.map((name) => [name, state]));

/** For a replica that works at once. */
export const alone = ['--no-leader-election'];
