import type { HubCall, ModuleTwin } from './types.js';

/**
 * What devices run: deployments for one device, and automatic deployments (the hub calls them configurations), which the hub
 * itself applies to each device that meets their condition. Names of fields are those of the service's REST API 2021-04-12.
 */
export interface HubDeployments {
  /**
   * Writes the desired properties that the content names to the device's modules, and makes identities for its modules.
   * `invalid-input`: the hub refuses the content, or the device is no edge device. `not-found`: no such device.
   */
  applyConfiguration(deviceId: string, content: ConfigurationContent, call?: HubCall): Promise<void>;
  /** `undefined`: no such module or device. */
  getModuleTwin(deviceId: string, moduleId: string, call?: HubCall): Promise<ModuleTwin | undefined>;
  getConfiguration(id: string, call?: HubCall): Promise<HubConfiguration | undefined>;
  /** All of them; a hub has 100 at most, so there are no pages. */
  listConfigurations(call?: HubCall): Promise<HubConfiguration[]>;
  /**
   * Without `etag` it creates one; if that id exists, the error's `details.status` is 409. With `etag` (`*` for any) it changes
   * labels, metrics, priority and target condition; if somebody else changed it meanwhile, `details.status` is 412.
   * **The hub keeps the content of the first request** and ignores another one without an error. The answer shows what it
   * has; for another content, delete the configuration and create it again.
   */
  putConfiguration(configuration: NewConfiguration, call?: HubCall & { etag?: string }): Promise<HubConfiguration>;
  /** True when it existed. */
  deleteConfiguration(id: string, call?: HubCall & { etag?: string }): Promise<boolean>;
}

/** `{$edgeAgent: {'properties.desired': {…}}, …}` in `modulesContent`; a key may also be a path, as in `properties.desired.routes.r1`. */
export interface ConfigurationContent {
  modulesContent?: Record<string, Record<string, unknown>>;
  deviceContent?: Record<string, unknown>;
  moduleContent?: Record<string, unknown>;
}

/** Queries and what they counted. The hub counts again every few minutes. */
export interface ConfigurationMetrics {
  results?: Record<string, number>;
  queries?: Record<string, string>;
}

/** What a caller says about an automatic deployment. */
export interface NewConfiguration {
  id: string;
  /** `1.0` if absent. */
  schemaVersion?: string;
  labels?: Record<string, string>;
  content: ConfigurationContent;
  /** Over `deviceId`, `tags.…` and `properties.reported.…`; `*` for all devices, empty for none. */
  targetCondition: string;
  /** The highest one counts; of two alike, the one that was created later. */
  priority: number;
  metrics?: ConfigurationMetrics;
}

/** An automatic deployment as the hub has it. */
export interface HubConfiguration extends NewConfiguration {
  /** `targetedCount`, `appliedCount`, `reportedSuccessfulCount`, `reportedFailedCount`. */
  systemMetrics?: ConfigurationMetrics;
  createdTimeUtc?: string;
  lastUpdatedTimeUtc?: string;
  etag?: string;
}
