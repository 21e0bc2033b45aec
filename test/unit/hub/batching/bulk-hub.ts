import type { EdgeAgentTwin, HubBulk, NewHubDevice, TagChange } from '../../../../src/hub/types.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import { FakeHub } from '../../../helpers/fake-hub.js';

/** The hub in memory with its requests about many devices. `log` has each request with the ids that it names. */
export class BulkHub extends FakeHub implements HubBulk {
  readonly log: string[] = [];
  readonly tags: [string, TagChange][] = [];
  /** Called before each request; may throw or wait. */
  request: (call: string) => void | Promise<void> = () => undefined;
  /** Errors of single devices in a bulk request. */
  itemErrors = new Map<string, EdgeVmError>();

  async createDevices(devices: readonly NewHubDevice[]): Promise<Map<string, EdgeVmError>> {
    const errors = new Map<string, EdgeVmError>();
    await this.#note('create', devices.map((d) => d.deviceId));
    for (const { deviceId, primaryKey, parentScope } of devices) {
      const error = this.itemErrors.get(deviceId) ?? (this.devices.has(deviceId) ? new EdgeVmError('unexpected', `device ${deviceId} exists`, { details: { status: 409 } }) : undefined);
      if (error === undefined) this.register(deviceId, { primaryKey, ...(parentScope === undefined ? {} : { parentScopes: [parentScope] }) });
      else errors.set(deviceId, error);
    }
    return errors;
  }

  async deleteDevices(ids: readonly string[]): Promise<Map<string, EdgeVmError>> {
    await this.#note('delete', ids);
    const errors = new Map<string, EdgeVmError>();
    for (const id of ids) {
      const error = this.itemErrors.get(id) ?? (this.devices.has(id) ? undefined : new EdgeVmError('not-found', `no device ${id}`, { details: { status: 404 } }));
      if (error === undefined) this.devices.delete(id);
      else errors.set(id, error);
    }
    return errors;
  }

  async tagDevice(deviceId: string, { tags, removedTags }: TagChange): Promise<void> {
    this.tags.push([deviceId, { ...(tags === undefined ? {} : { tags }), ...(removedTags === undefined ? {} : { removedTags }) }]);
  }

  async existing(ids: readonly string[]): Promise<Set<string>> {
    await this.#note('query', ids);
    return new Set(ids.filter((id) => this.devices.has(id)));
  }

  async *allEdgeAgents({ pageSize = 500 }: { pageSize?: number } = {}): AsyncIterable<{ deviceId: string; twin: EdgeAgentTwin }[]> {
    const all = [...this.twins].map(([deviceId, twin]) => ({ deviceId, twin: structuredClone(twin) }));
    for (let at = 0; at === 0 || at < all.length; at += pageSize) {
      await this.#note('page', []);
      yield all.slice(at, at + pageSize);
    }
  }

  override async getDevice(deviceId: string) {
    await this.#note('get', [deviceId]);
    return super.getDevice(deviceId);
  }

  override async *queryEdgeAgents(ids: readonly string[]) {
    await this.#note('list', ids);
    yield* super.queryEdgeAgents(ids);
  }

  async #note(call: string, ids: readonly string[]): Promise<void> {
    this.log.push([call, ...ids].join(' '));
    await this.request(call);
  }
}
