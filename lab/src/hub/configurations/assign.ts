import type { HubContext } from '../context.js';
import { HubError } from '../errors.js';
import type { Configuration, DeploymentRecord, Identity } from '../store/model.js';
import { applyModules } from '../twins/configuration.js';
import { twinView } from '../twins/views.js';
import { parseTarget, type Target } from './condition.js';
import { choose } from './layers.js';

/** Gives devices the automatic deployments that target them, some time after something changed. */
export class Assigner {
  readonly #hub: () => HubContext;
  readonly #dirty = new Set<string>();
  #all = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(hub: () => HubContext) {
    this.#hub = hub;
  }

  /** A device, its tags or its reported properties changed. */
  deviceChanged({ deviceId, moduleId }: Identity): void {
    if (moduleId !== undefined || this.#hub().configurations.size === 0) return;
    this.#dirty.add(deviceId);
    this.#later();
  }

  configurationsChanged(): void {
    this.#all = true;
    this.#later();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const hub = this.#hub();
      const devices = this.#all ? [...hub.store.devices()] : [...this.#dirty].flatMap((id) => hub.store.device(id) ?? []);
      this.#all = false;
      this.#dirty.clear();
      const targets = hub.configurations.all().map((configuration) => ({ configuration, target: parseTarget(configuration.targetCondition) }));
      for (const device of devices) assign(hub, device, targets);
    }, this.#hub().settings.configurationLagMs).unref();
  }
}

function assign(hub: HubContext, device: Identity, targets: readonly { configuration: Configuration; target: Target }[]): void {
  const agent = device.iotEdge ? hub.store.module(device.deviceId, '$edgeAgent') : undefined;
  if (agent === undefined) return;
  const twin = twinView(hub, device);
  const targeting = targets.filter(({ target }) => target(twin)).map(({ configuration }) => configuration);
  const choice = choose(targeting);
  const applied = new Set(choice?.applied);
  // A deployment that was deleted and made again is another one.
  const key = (choice?.applied ?? []).map(({ id, createdTimeUtc }) => `${id}@${createdTimeUtc}`).join(' ');
  const configurations: DeploymentRecord['configurations'] = Object.fromEntries(targeting.map((configuration) => [configuration.id, { status: applied.has(configuration) ? 'Applied' : 'Targeted' }]));
  const before = agent.deployment ?? { key: '', configurations: {} };
  if (before.key === key && JSON.stringify(before.configurations) === JSON.stringify(configurations)) return;
  agent.deployment = { key, configurations };
  hub.store.put(agent);
  // Without any deployment, the device keeps what it has.
  if (choice === undefined || before.key === key) return;
  try {
    applyModules(hub, device.deviceId, choice.modules);
  } catch (error) {
    // A module too many, or a value that a twin cannot hold: the others go on.
    if (!(error instanceof HubError)) throw error;
    hub.report(error);
  }
}
