import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFlags, isOn } from '../flags/group.js';
import { addSelectorFlag, selector } from '../flags/selector-flag.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { resultInWords } from '../output/advice.js';
import { deviceTable, objectName } from '../output/device.js';
import { isMachine, OUTPUT_FORMATS } from '../output/format.js';
import { withContext } from '../context/provisioning.js';
import type { HubRest } from '../../provision/hub-rests.js';
import type { KeptDisk } from '../../provision/kept-disks.js';
import type { Session } from '../run/session.js';

export const declare: DeclareCommand = (command, session) => {
  addFlags(command, 'Which', [{ flags: '-A, --all-namespaces', help: 'devices of all namespaces' }]);
  addSelectorFlag(command, 'Which');
  addClusterFlags(command);
  addHubFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, run, { collects: true });
};

async function run(invocation: Invocation): Promise<void> {
  const { session, values } = invocation;
  const { printer, format } = session;
  const everywhere = isOn(values, 'allNamespaces');
  const labelSelector = selector(values, session.problems);
  throwProblems(session);
  const namesOnly = format === 'name';
  const { hubRestsOf, listDevices, listKeptDisks } = await session.deps.provision();
  const answered = sayIfSlow(session);
  const { namespace, items, disks, rests } = await withContext(invocation, async (context) => {
    const { namespace } = context.cluster;
    const which = { ...(everywhere ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) };
    const [items, disks] = await Promise.all([listDevices(context, namesOnly ? { ...which, namesOnly } : which), namesOnly ? [] : listKeptDisks(context, which)]);
    return { namespace, items, disks, rests: namesOnly ? [] : await hubRestsOf(context, which, items) };
  }, { quiet: true, ...(namesOnly ? { hub: false } : {}) }).finally(answered);
  if (isMachine(format)) await printer.object({ items: items.map((one) => resultInWords(one, session.io.programName)), ...(disks.length === 0 ? {} : { keptDisks: disks }), ...(rests.length === 0 ? {} : { hubDevicesLeft: rests }) }, format);
  else if (format === 'name') for (const device of items) printer.data(objectName(device));
  else if (items.length === 0) printer.note(`no devices${labelSelector === undefined ? '' : ` with labels ${labelSelector}`}${everywhere ? '' : ` in namespace ${namespace}; -A looks in all`}`);
  else printer.data(deviceTable(items, session, { namespaces: everywhere, partly: true }));
  if (!isMachine(format) && format !== 'name') {
    tellKeptDisks(disks, session);
    tellRests(rests, session);
  }
}

/** A hub that cannot be reached takes half a minute to fail. A person at a terminal hears of it after two seconds. */
function sayIfSlow({ printer, io }: Session): () => void {
  const over = new AbortController();
  const say = async (): Promise<void> => {
    await io.sleep(2000, over.signal);
    if (!over.signal.aborted && !io.signal.aborted) printer.note('waiting for the cluster or the hub …');
  };
  if (io.stderr.isTTY === true) void say();
  return () => over.abort();
}

/** Kept disks cost money, and nothing else shows them. */
function tellKeptDisks(disks: readonly KeptDisk[], { printer, io }: Session): void {
  if (disks.length === 0) return;
  printer.note('kept disks of devices that were deleted:');
  for (const { name, namespace, instance, device, size } of disks) {
    printer.note(`  ${name} in ${namespace}${size === null ? '' : `, ${size}`}${device.id === null ? '' : `, of device ${device.id}`}: create ${instance} uses it again; to delete it: ${io.programName} delete ${instance} -n ${namespace}`);
  }
}

/** Nothing else in the cluster shows hub devices that a stopped delete left. */
function tellRests(rests: readonly HubRest[], { printer, io }: Session): void {
  if (rests.length === 0) return;
  printer.note('hub devices that a stopped delete --deregister left:');
  for (const { name, namespace, device } of rests) printer.note(`  ${device.id} in ${device.hub}: ${io.programName} delete ${name} -n ${namespace} --deregister`);
}
