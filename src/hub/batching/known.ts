import type { Clock } from '../../support/clock.js';
import type { HubDevice } from '../types.js';

/** That a device is absent counts for longer: who makes it then, finds out if somebody else was faster. */
const absentLives = 5;

/** Devices of the registry as this process saw them last, for some time. */
export class KnownDevices {
  readonly #byId = new Map<string, { device: HubDevice; until: number }>();

  /** Devices that a query did not find, and until when that counts. */
  readonly #absent = new Map<string, number>();

  constructor(readonly clock: Clock, readonly lifeMs: number) {}

  get(deviceId: string): HubDevice | undefined {
    const entry = this.#byId.get(deviceId);
    if (entry === undefined) return undefined;
    if (entry.until > this.clock.now()) return entry.device;
    this.#byId.delete(deviceId);
    return undefined;
  }

  set(device: HubDevice): void {
    this.#absent.delete(device.deviceId);
    this.#byId.set(device.deviceId, { device, until: this.clock.now() + this.lifeMs });
  }

  setAbsent(deviceId: string): void {
    this.#absent.set(deviceId, this.clock.now() + absentLives * this.lifeMs);
  }

  isAbsent(deviceId: string): boolean {
    return this.get(deviceId) === undefined && (this.#absent.get(deviceId) ?? 0) > this.clock.now();
  }

  forget(deviceId: string): void {
    this.#byId.delete(deviceId);
  }
}
