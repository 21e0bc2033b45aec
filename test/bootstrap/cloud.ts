import { writeFileSync } from 'node:fs';
import { search, tsv } from './query.js';

/** What a program prints and ends with. */
export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

interface Cluster { group: string; name: string; state: string; power: string; size: string; count: number; tags: Record<string, string>; looks: number }
interface Hub { group: string; name: string; tier: string; state: string; tags: Record<string, string>; looks: number; policies: { keyName: string; rights: string; primaryKey: string; secondaryKey: string }[]; disableLocalAuth: boolean }
interface Group { name: string; location: string; state: string; tags: Record<string, string>; looks: number }

export const SUBSCRIPTION = '00000000-1111-2222-3333-444444444444';

/** A subscription of Azure: what az asks for and changes, in the states that Azure goes through. */
export class Cloud {
  loggedIn = true;
  subscriptionState = 'Enabled';
  azVersion = '2.91.0';
  groups = new Map<string, Group>();
  clusters: Cluster[] = [];
  hubs: Hub[] = [];
  /** Resources that somebody else has made. */
  others: { group: string; type: string; name: string; tags: Record<string, string> }[] = [];
  unregistered = new Set<string>();
  takenHubNames = new Set<string>();
  skus: Sku[] = defaultSkus();
  usage: [string, number, number][] = [['cores', 10, 100], ['standardDSv5Family', 10, 100], ['standardDASv5Family', 90, 100], ['standardESv5Family', 0, 100]];
  /** How many looks show a state of transition before it ends. */
  slowness = 1;
  /** The next clusters end like this. */
  clusterEnds = 'Succeeded';
  clusterFailure = 'Allocation failed. There is not enough room for Standard_D4s_v5 in zone 2.';
  hubEnds = 'Active';
  hubRefusesKeys = false;
  hubHost = (name: string): string => `${name}.azure-devices.net`;
  newKey = (): string => 'Y2FuYXJ5LWtleS1vZi10aGUtaHViLW5ldmVyLXNob3du';
  /** The text of the kubeconfig that `aks get-credentials` writes. */
  kubeconfig = (context: string): string => `apiVersion: v1\nkind: Config\ncurrent-context: ${context}\n`;
  /** Documents and answers of all queries, for the comparison with the real az. */
  queries: { query: string; document: unknown; answer: string }[] = [];

  /** All that is there, without order and looks: what two runs must agree on. */
  summary(): unknown {
    const sorted = <T>(items: T[]): T[] => items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return {
      groups: sorted([...this.groups.values()].map(({ name, location, state, tags }) => ({ name, location, state, tags }))),
      clusters: sorted(this.clusters.map(({ group, name, state, size, count, tags }) => ({ group, name, state, size, count, tags }))),
      hubs: sorted(this.hubs.map(({ group, name, tier, state, tags, policies }) => ({ group, name, tier, state, tags, policies: policies.map((p) => p.keyName) }))),
      others: this.others,
    };
  }

  az(args: readonly string[]): Answer {
    const words: string[] = [];
    const flags = new Map<string, string[]>();
    let flag: string | undefined;
    for (const arg of args) {
      if (/^--?[a-z]/.test(arg)) flags.set((flag = arg), []);
      else if (flag === undefined) words.push(arg);
      else flags.get(flag)?.push(arg);
    }
    const one = (name: string): string => flags.get(name)?.[0] ?? '';
    const tags = (): Record<string, string> => Object.fromEntries((flags.get('--tags') ?? []).map((t) => [t.slice(0, t.indexOf('=')), t.slice(t.indexOf('=') + 1)]));
    const give = (document: unknown): Answer => {
      if (one('-o') === 'none') return done('');
      const query = one('--query');
      const answer = tsv(query === '' ? document : search(query, document));
      if (query !== '') this.queries.push({ query, document: structuredClone(document), answer });
      return done(answer);
    };
    const command = words.join(' ');
    if (command === 'version') return give({ 'azure-cli': this.azVersion, extensions: {} });
    if (!this.loggedIn) return failed(`Please run 'az login' to setup account.`);
    const wanted = one('--subscription');
    if (wanted !== '' && wanted !== SUBSCRIPTION && wanted !== 'Contoso Dev') return failed(`The subscription of '${wanted}' doesn't exist in cloud 'AzureCloud'.`);
    const group = this.groups.get((one('--resource-group') || one('--name')).toLowerCase());
    const inGroup = one('--resource-group').toLowerCase();
    const named = one('--hub-name') || one('--name');
    const cluster = this.clusters.find((c) => c.group === inGroup && c.name.toLowerCase() === named.toLowerCase());
    const hub = this.hubs.find((h) => h.group === inGroup && h.name.toLowerCase() === named.toLowerCase());
    switch (command) {
      case 'account show': return give({ id: SUBSCRIPTION, name: 'Contoso Dev', state: this.subscriptionState });
      case 'provider list': return give(['Microsoft.Compute', 'Microsoft.ContainerService', 'microsoft.network', 'Microsoft.Devices', 'Microsoft.Web'].map((namespace) => ({ namespace, registrationState: this.unregistered.has(namespace) ? 'NotRegistered' : 'Registered' })));
      case 'provider register': this.unregistered.delete(one('--namespace')); return done('');
      case 'vm list-skus': return give(this.unregistered.has('Microsoft.Compute') ? [] : this.skus);
      case 'vm list-usage': return give(this.usage.map(([value, current, limit]) => ({ name: { value, localizedValue: value }, localName: value, currentValue: String(current), limit: String(limit) })));
      case 'rest': {
        const { name } = JSON.parse(one('--body')) as { name: string };
        const taken = this.takenHubNames.has(name) || this.hubs.some((h) => h.name === name);
        return give({ nameAvailable: !taken, reason: taken ? 'AlreadyExists' : 'Invalid', message: taken ? `IotHub name '${name}' is not available` : null });
      }
      case 'group show': return group === undefined ? noGroup(one('--name')) : give({ location: group.location, name: group.name, properties: { provisioningState: this.#groupState(group) }, tags: group.tags });
      case 'group exists': {
        if (group !== undefined) this.#groupState(group);
        return give(this.groups.has(one('--name').toLowerCase()));
      }
      case 'group create': {
        const name = one('--name');
        if (group?.state === 'Deleting') return failed(`(ResourceGroupBeingDeleted) The resource group '${name}' is in deprovisioning state and cannot perform this operation.`);
        this.groups.set(name.toLowerCase(), { name, location: one('--location'), state: 'Succeeded', tags: tags(), looks: 0 });
        return done('');
      }
      case 'group delete':
        if (group === undefined) return noGroup(one('--name'));
        if (this.clusters.some((c) => c.group === group.name.toLowerCase() && c.state === 'Creating')) return failed('(OperationNotAllowed) Operation is not allowed: Another operation is in progress.');
        Object.assign(group, { state: 'Deleting', looks: 0 });
        return done('');
      case 'aks show': return cluster === undefined ? this.#notThere(inGroup, `managedClusters/${named}`) : give(this.#clusterDocument(cluster));
      case 'aks create': return this.#createCluster(cluster, { group: inGroup, name: named, size: one('--node-vm-size'), count: Number(one('--node-count')), tags: tags() });
      case 'aks start': Object.assign(cluster ?? {}, { state: 'Starting', power: 'Running', looks: 0 }); return done('');
      case 'aks delete':
        if (cluster?.state === 'Creating') return failed('(OperationNotAllowed) Operation is not allowed: Another operation (Creating) is in progress.');
        if (cluster !== undefined) Object.assign(cluster, { state: 'Deleting', looks: 0 });
        return done('');
      case 'aks get-credentials':
        if (cluster?.state !== 'Succeeded') return this.#notThere(inGroup, `managedClusters/${named}`);
        writeFileSync(one('--file'), this.kubeconfig(one('--context')), { mode: 0o600 });
        return done('');
      case 'iot hub list': return give(this.hubs.map((h) => this.#hubDocument(h)));
      case 'iot hub show': return hub === undefined ? this.#notThere(inGroup, `IotHubs/${named}`) : give(this.#hubDocument(hub));
      case 'iot hub create':
        if (this.takenHubNames.has(named)) return failed(`(IotHubNameNotAvailable) IotHub name '${named}' is not available`);
        if (hub !== undefined || this.hubs.some((h) => h.name === named)) return failed(`(409) Hub ${named} exists`);
        this.hubs.push({ group: inGroup, name: named, tier: one('--sku'), state: 'Activating', tags: tags(), looks: 0, disableLocalAuth: this.hubRefusesKeys, policies: [{ keyName: 'iothubowner', rights: 'RegistryRead, RegistryWrite, ServiceConnect, DeviceConnect', primaryKey: 'b3duZXI=', secondaryKey: 'b3duZXIy' }] });
        return done('');
      case 'iot hub delete': if (hub !== undefined) Object.assign(hub, { state: 'Deleting', looks: 0 }); return done('');
      case 'iot hub policy list': return hub === undefined ? this.#notThere(inGroup, named) : give(hub.policies);
      case 'iot hub policy create':
        if (hub === undefined) return this.#notThere(inGroup, named);
        if (hub.policies.some((p) => p.keyName === one('--name'))) return failed(`Policy ${one('--name')} already existed.`);
        hub.policies.push({ keyName: one('--name'), rights: (flags.get('--permissions') ?? []).join(', '), primaryKey: this.newKey(), secondaryKey: this.newKey() });
        return done('');
      case 'iot hub policy show': {
        const policy = hub?.policies.find((p) => p.keyName === one('--name'));
        return policy === undefined ? failed(`(404) policy ${one('--name')} was not found`, 3) : give(policy);
      }
      case 'resource list': return this.groups.has(inGroup) ? give(this.#resources(inGroup)) : noGroup(one('--resource-group'));
      case 'monitor activity-log list':
        return give(this.clusters.filter((c) => c.state === 'Failed').map((c) => ({ resourceId: `/subscriptions/${SUBSCRIPTION}/resourcegroups/${c.group}/providers/Microsoft.ContainerService/managedClusters/${c.name}`, properties: { statusMessage: this.clusterFailure } })));
      default: return failed(`'${command}' is misspelled or not recognized by the system.`, 2);
    }
  }

  #notThere(group: string, what: string): Answer {
    return this.groups.has(group) ? failed(`(ResourceNotFound) The Resource '${what}' under resource group '${group}' was not found.\nCode: ResourceNotFound`, 3) : noGroup(group);
  }

  /** After enough looks, a transition ends. */
  #settled(item: { looks: number }): boolean {
    item.looks += 1;
    return item.looks > this.slowness;
  }

  #groupState(group: Group): string {
    if (group.state === 'Deleting' && this.#settled(group)) {
      const name = group.name.toLowerCase();
      this.groups.delete(name);
      this.clusters = this.clusters.filter((c) => c.group !== name);
      this.hubs = this.hubs.filter((h) => h.group !== name);
      this.others = this.others.filter((o) => o.group !== name);
    }
    return group.state;
  }

  #createCluster(there: Cluster | undefined, wanted: Pick<Cluster, 'group' | 'name' | 'size' | 'count' | 'tags'>): Answer {
    if (!this.groups.has(wanted.group)) return noGroup(wanted.group);
    if (there !== undefined && !['Failed', 'Succeeded'].includes(there.state)) return failed('(OperationNotAllowed) Operation is not allowed: Another operation is in progress.');
    if (there === undefined) this.clusters.push({ ...wanted, state: 'Creating', power: 'Running', looks: 0 });
    else Object.assign(there, wanted, { state: 'Creating', looks: 0 });
    return done('');
  }

  #clusterDocument(cluster: Cluster): unknown {
    if (['Creating', 'Starting'].includes(cluster.state) && this.#settled(cluster)) cluster.state = this.clusterEnds;
    const document = { name: cluster.name, provisioningState: cluster.state, powerState: { code: cluster.power }, tags: cluster.tags, agentPoolProfiles: [{ name: 'nodepool1', vmSize: cluster.size, count: cluster.count }] };
    if (cluster.state === 'Deleting' && this.#settled(cluster)) this.clusters = this.clusters.filter((c) => c !== cluster);
    return document;
  }

  #hubDocument(hub: Hub): unknown {
    if (hub.state === 'Activating' && this.#settled(hub)) hub.state = this.hubEnds;
    return {
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${hub.group}/providers/Microsoft.Devices/IotHubs/${hub.name}`, name: hub.name, resourcegroup: hub.group,
      sku: { name: hub.tier, capacity: 1 }, tags: hub.tags, properties: { state: hub.state, hostName: this.hubHost(hub.name), disableLocalAuth: hub.disableLocalAuth },
    };
  }

  #resources(group: string): unknown {
    for (const item of [...this.clusters, ...this.hubs]) {
      if (item.state === 'Deleting' && this.#settled(item)) {
        this.clusters = this.clusters.filter((c) => c !== item);
        this.hubs = this.hubs.filter((h) => h !== item);
      }
    }
    return [
      ...this.clusters.filter((c) => c.group === group).map((c) => ({ type: 'Microsoft.ContainerService/managedClusters', name: c.name, tags: c.tags })),
      ...this.hubs.filter((h) => h.group === group).map((h) => ({ type: 'Microsoft.Devices/IotHubs', name: h.name, tags: h.tags })),
      ...this.others.filter((o) => o.group === group).map(({ type, name, tags }) => ({ type, name, tags: Object.keys(tags).length === 0 ? null : tags })),
    ];
  }
}

export interface Sku {
  name: string;
  resourceType: string;
  family: string;
  capabilities: { name: string; value: string }[];
  restrictions: { type: string; reasonCode: string }[];
}

/** A VM size as `az vm list-skus` gives it. */
export function sku(name: string, family: string, vcpus: number, more: { arch?: string; restricted?: string } = {}): Sku {
  return {
    name, family, resourceType: 'virtualMachines',
    capabilities: [{ name: 'vCPUs', value: String(vcpus) }, { name: 'CpuArchitectureType', value: more.arch ?? 'x64' }],
    restrictions: more.restricted === undefined ? [] : [{ type: 'Zone', reasonCode: 'NotAvailableForSubscription' }, { type: 'Location', reasonCode: more.restricted }],
  };
}

function defaultSkus(): Sku[] {
  return [
    sku('Standard_D2s_v5', 'standardDSv5Family', 2), sku('Standard_D4s_v5', 'standardDSv5Family', 4), sku('Standard_D8s_v5', 'standardDSv5Family', 8),
    sku('Standard_D4as_v5', 'standardDASv5Family', 4), sku('Standard_D16as_v5', 'standardDASv5Family', 16), sku('Standard_E4s_v5', 'standardESv5Family', 4, { restricted: 'NotAvailableForSubscription' }),
    sku('Standard_D4ps_v6', 'standardDPSv6Family', 4, { arch: 'Arm64' }), sku('Standard_B4ms', 'standardBSFamily', 4), sku('Standard_X4s_v1', 'standardXFamily', 4), sku('Standard_Y4s_v1', 'standardYFamily', 4, { arch: 'Arm64' }),
  ];
}

export const done = (stdout: string): Answer => ({ code: 0, stdout, stderr: '' });
export const failed = (message: string, code = 1): Answer => ({ code, stdout: '', stderr: `ERROR: ${message}\n` });
const noGroup = (name: string): Answer => failed(`(ResourceGroupNotFound) Resource group '${name}' could not be found.\nCode: ResourceGroupNotFound`, 3);
