import type { Clock } from '../../support/clock.js';
import type { HubDevice } from '../types.js';

/** Devices of the registry as this process saw them last, for some time. */
export class KnownDevices {
  readonly #byId = new Map<string, { device: HubDevice; until: number }>();

  constructor(readonly clock: Clock, readonly lifeMs: number) {}

  get(deviceId: string): HubDevice | undefined {
    const entry = this.#byId.get(deviceId);
    if (entry === undefined) return undefined;
    if (entry.until > this.clock.now()) return entry.device;
    this.#byId.delete(deviceId);
    return undefined;
  }

  set(device: HubDevice): void {
    this.#byId.set(device.deviceId, { device, until: this.clock.now() + this.lifeMs });
  }

  forget(deviceId: string): void {
    this.#byId.delete(deviceId);
  }
}
