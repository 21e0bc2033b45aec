import type { ConfigurationContent, EdgeAgentTwin, Hub, HubCall, HubConfiguration, HubDevice, ModuleTwin, ModuleTwinRow, NewConfiguration, PingResult, TagChange } from '../../src/hub/types.js';
import { SecretValue } from '../../src/identity/secret.js';
import { EdgeVmError } from '../../src/support/errors.js';

/** A hub in memory: devices, the edge agents' twins, and who answers `ping`. */
export class FakeHub implements Hub {
  readonly stats = { requests: 0, connections: 1 };
  readonly devices = new Map<string, HubDevice>();
  readonly twins = new Map<string, EdgeAgentTwin>();
  readonly answering = new Set<string>();
  /** Tags of the twins, by device. */
  readonly tagsOf = new Map<string, Record<string, string>>();
  /** What was applied last, by device. `$edgeAgent`'s desired properties also come into its twin; the others only stand here. */
  readonly applied = new Map<string, ConfigurationContent>();
  readonly configurations = new Map<string, HubConfiguration>();
  readonly calls: string[] = [];
  /** Called before each call; may throw. */
  before: (call: string) => void = () => undefined;

  constructor(readonly hostname = 'hub.example.net') {}

  register(deviceId: string, device: Partial<HubDevice> = {}): HubDevice {
    const full: HubDevice = { deviceId, edgeEnabled: true, deviceScope: `ms-azure-iot-edge://${deviceId}-1`, status: 'enabled', authType: 'sas', primaryKey: new SecretValue(Buffer.alloc(32, 7).toString('base64')), ...device };
    this.devices.set(deviceId, full);
    if (full.edgeEnabled) this.twins.set(deviceId, { desired: { $version: 1 }, reported: { $version: 1 } });
    return full;
  }

  /** The edge agent reports, at the given time. */
  report(deviceId: string, reported: EdgeAgentTwin['reported'], at: string): void {
    const twin = this.twins.get(deviceId) ?? { desired: { $version: 1 }, reported: {} };
    this.twins.set(deviceId, { ...twin, reported: { ...twin.reported, ...reported, $metadata: { $lastUpdated: at } } });
  }

  async getDevice(deviceId: string): Promise<HubDevice | undefined> {
    this.#call('getDevice');
    return this.devices.get(deviceId);
  }

  async ensureDevice(deviceId: string, { parentScope, tags = {}, removedTags = [] }: TagChange & { parentScope?: string } = {}): Promise<{ device: HubDevice; created: boolean }> {
    this.#call('ensureDevice');
    const merged = Object.entries({ ...this.tagsOf.get(deviceId), ...tags }).filter(([name]) => !removedTags.includes(name));
    this.tagsOf.set(deviceId, Object.fromEntries(merged));
    const known = this.devices.get(deviceId);
    if (known !== undefined) return { device: known, created: false };
    return { device: this.register(deviceId, parentScope === undefined ? {} : { parentScopes: [parentScope] }), created: true };
  }

  async setParent(deviceId: string, parentScope: string): Promise<void> {
    this.#call('setParent');
    this.devices.set(deviceId, { ...this.devices.get(deviceId)!, parentScopes: [parentScope] });
  }

  async deleteDevice(deviceId: string): Promise<boolean> {
    this.#call('deleteDevice');
    this.twins.delete(deviceId);
    return this.devices.delete(deviceId);
  }

  async getEdgeAgentTwin(deviceId: string, _call?: HubCall): Promise<EdgeAgentTwin | undefined> {
    this.#call('getEdgeAgentTwin');
    return structuredClone(this.twins.get(deviceId));
  }

  async ping(deviceId: string): Promise<PingResult> {
    this.#call('ping');
    return this.answering.has(deviceId) ? { answered: true, status: 200 } : { answered: false, reason: 'not online' };
  }

  async *queryEdgeAgents(deviceIds: readonly string[]): AsyncIterable<{ deviceId: string; twin: EdgeAgentTwin }> {
    this.#call('queryEdgeAgents');
    for (const deviceId of deviceIds) {
      const twin = this.twins.get(deviceId);
      if (twin !== undefined) yield { deviceId, twin: structuredClone(twin) };
    }
  }

  async *queryModules(moduleIds: readonly string[], deviceIds: readonly string[]): AsyncIterable<ModuleTwinRow> {
    this.#call('queryModules');
    for (const deviceId of deviceIds) {
      for (const moduleId of moduleIds) {
        const desired = this.applied.get(deviceId)?.modulesContent?.[moduleId]?.['properties.desired'] as Record<string, unknown> | undefined;
        if (desired !== undefined && this.twins.has(deviceId)) yield { deviceId, moduleId, twin: { desired: structuredClone(desired), reported: {} } };
      }
    }
  }

  async applyConfiguration(deviceId: string, content: ConfigurationContent, _call?: HubCall): Promise<void> {
    this.#call('applyConfiguration');
    const twin = this.twins.get(deviceId);
    if (twin === undefined) throw new EdgeVmError('not-found', `there is no device ${deviceId}`, { details: { status: 404 } });
    this.applied.set(deviceId, structuredClone(content));
    const desired = content.modulesContent?.['$edgeAgent']?.['properties.desired'] as Record<string, unknown> | undefined;
    if (desired !== undefined) this.twins.set(deviceId, { ...twin, desired: { ...structuredClone(desired), $version: (twin.desired.$version ?? 1) + 1 } });
  }

  async getModuleTwin(deviceId: string, moduleId: string): Promise<ModuleTwin | undefined> {
    this.#call('getModuleTwin');
    if (moduleId === '$edgeAgent') return structuredClone<ModuleTwin | undefined>(this.twins.get(deviceId));
    if (!this.twins.has(deviceId)) return undefined;
    const desired = this.applied.get(deviceId)?.modulesContent?.[moduleId]?.['properties.desired'] as Record<string, unknown> | undefined;
    return desired === undefined && moduleId !== '$edgeHub' ? undefined : { desired: structuredClone(desired ?? {}), reported: {} };
  }

  async getConfiguration(id: string): Promise<HubConfiguration | undefined> {
    this.#call('getConfiguration');
    return structuredClone(this.configurations.get(id));
  }

  async listConfigurations(): Promise<HubConfiguration[]> {
    this.#call('listConfigurations');
    return structuredClone([...this.configurations.values()]);
  }

  /** As the hub: the content never changes. */
  async putConfiguration(wanted: NewConfiguration, { etag }: { etag?: string } = {}): Promise<HubConfiguration> {
    this.#call('putConfiguration');
    const old = this.configurations.get(wanted.id);
    const status = etag === undefined ? (old === undefined ? 0 : 409) : old === undefined ? 404 : etag === '*' || etag === old.etag ? 0 : 412;
    if (status > 0) throw new EdgeVmError(status === 404 ? 'not-found' : 'unexpected', `the hub answers ${status}`, { details: { status } });
    const made = { ...structuredClone(wanted), ...(old === undefined ? {} : { content: old.content }), etag: String(Number(old?.etag ?? 0) + 1) };
    this.configurations.set(wanted.id, made);
    return structuredClone(made);
  }

  async deleteConfiguration(id: string): Promise<boolean> {
    this.#call('deleteConfiguration');
    return this.configurations.delete(id);
  }

  close(): void {}

  #call(name: string): void {
    this.stats.requests++;
    this.calls.push(name);
    this.before(name);
  }
}
