import { DataVolume, Event, Node, Pod, Secret, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import type { KubeObject } from '../../cluster/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { deviceOf, isOurs } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import { dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { noneIfUnreadable, undefinedIfUnreadable } from '../../cluster/absent.js';
import { nodeOf } from '../../readiness/node.js';
import { noObservations, type Observations } from '../../readiness/observations.js';
import { launcherPods } from '../../readiness/reading.js';
import { launcherSelector } from '../../readiness/sources/cluster.js';
import type { ProvisionContext } from '../../readiness/types.js';

/** Reads the objects of one device and their events, once and in parallel. A VM of that name that is not edge-vm's does not count. */
export async function gatherCluster(context: ProvisionContext, about: { name: string; namespace: string }, signal: AbortSignal): Promise<Observations> {
  const observations = await gatherObjects(context, about, signal);
  await gatherEvents(context, observations, signal);
  return observations;
}

/** The same without events: everything here can come from shared watches. */
export async function gatherObjects(context: ProvisionContext, about: { name: string; namespace: string }, signal: AbortSignal): Promise<Observations> {
  const { cluster, clock } = context;
  const { name, namespace } = about;
  const [vm, vmi, pods, secret] = await Promise.all([
    cluster.get(ref(VirtualMachine, name, namespace), { signal }),
    cluster.get(ref(VirtualMachineInstance, name, namespace), { signal }),
    cluster.list(Pod, { namespace, labelSelector: launcherSelector(name), signal }).catch(noneIfUnreadable),
    cluster.get(ref(Secret, cloudInitSecretName(name), namespace), { signal }).then((found) => ({ missing: found === undefined }), undefinedIfUnreadable),
  ]);
  const observations = noObservations(name, namespace, clock.now());
  observations.seen = { vm: true, vmi: true };
  if (vm === undefined || !isOurs(vm)) return observations;
  Object.assign(observations, { vm, device: deviceOf(vm), pods: byName(pods) });
  if (vmi !== undefined) observations.vmi = vmi;
  if (secret !== undefined) observations.secretMissing = secret.missing;
  const nodeName = nodeOf(observations);
  const [node, disks] = await Promise.all([
    nodeName === undefined ? undefined : cluster.get({ type: Node, name: nodeName }, { signal }).catch(undefinedIfUnreadable),
    Promise.all(diskNames(observations).map((disk) => cluster.get(ref(DataVolume, disk, namespace), { signal }).catch(undefinedIfUnreadable))),
  ]);
  if (node !== undefined) observations.nodes = byName([node]);
  observations.dataVolumes = byName(disks.filter((disk) => disk !== undefined));
  return observations;
}

/** Only events show why a volume is not made or mounted, or that an autoscaler adds a node. One request for each object of the device. */
export async function gatherEvents({ cluster }: ProvisionContext, o: Observations, signal: AbortSignal): Promise<void> {
  if (o.vm === undefined) return;
  const subjects = [o.name, ...diskNames(o), ...launcherPods(o).slice(0, 1).map((pod) => pod.metadata.name)];
  const events = await Promise.all(subjects.map((one) => cluster.list(Event, { namespace: o.namespace, fieldSelector: `involvedObject.name=${one}`, signal }).catch(noneIfUnreadable)));
  o.events = byName(events.flat());
}

const diskNames = (o: Observations): string[] => dataVolumeTemplates(o.vm).map((template) => template.name);

function byName(objects: KubeObject[]): Record<string, KubeObject> {
  return Object.fromEntries(objects.map((object) => [object.metadata.name, object]));
}
