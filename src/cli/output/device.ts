import type { DeviceResult } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { resultInWords } from './advice.js';
import { isMachine } from './format.js';
import { formatTable, type Column } from './table.js';

interface DeviceTableOptions {
  namespaces: boolean;
  /** Only a part of each device was read: if its stage is not known, none is shown. */
  partly?: boolean;
}

const columnsFor = ({ partly }: DeviceTableOptions): Column<DeviceResult>[] => [
  { title: 'NAME', value: (device) => device.name, shorten: true },
  { title: 'READY', value: readyText },
  { title: 'STAGE', value: (device) => (partly === true && readyText(device) === 'Unknown' ? undefined : device.stage) },
  { title: 'AGENT', value: (device) => device.edge.code, leaveOut: 2 },
  { title: 'VM', value: (device) => device.vm.status ?? device.vm.phase, leaveOut: 1 },
  { title: 'CAUSE', value: causeText, wrap: true },
  { title: 'NODE', value: (device) => device.vm.node, wide: true },
  { title: 'IP', value: (device) => device.vm.ip, wide: true },
  { title: 'DEVICE', value: (device) => device.device.id, wide: true },
  { title: 'OWNER', value: ({ owner }) => (owner === undefined ? undefined : `${owner.kind}/${owner.name}`), wide: true },
  { title: 'HUB', value: (device) => device.device.hub, wide: true },
];
const namespaceColumn: Column<DeviceResult> = { title: 'NAMESPACE', value: (device) => device.namespace, shorten: true };

const conditionColumns: Column<DeviceResult['conditions'][number]>[] = [
  { title: 'CONDITION', value: (condition) => condition.type },
  { title: 'STATUS', value: (condition) => condition.status },
  { title: 'REASON', value: (condition) => condition.reason },
  { title: 'MESSAGE', value: (condition) => condition.message, wrap: true },
  { title: 'SINCE', value: (condition) => condition.lastTransitionTime, wide: true },
];

/** A table of devices for stdout. */
export function deviceTable(devices: readonly DeviceResult[], session: Session, options: DeviceTableOptions): string {
  const columns = columnsFor(options);
  const shown = options.namespaces ? [namespaceColumn, ...columns] : columns;
  return formatTable(devices, shown, { wide: session.format === 'wide', width: session.printer.width });
}

/** `Unknown` if nobody could be asked. A device that was only applied has no conditions. */
function readyText({ ready, conditions }: DeviceResult): string {
  return conditions.find((one) => one.type === 'Ready')?.status ?? (ready ? 'True' : 'False');
}

/** The code of a terminal failure, or what the guest tries again (`apt-unreachable, try 3`), or what applied settings wait for; and that its EdgeDevice is refused. */
function causeText(device: DeviceResult): string | undefined {
  const texts = [ownCauseText(device), device.refused === undefined ? undefined : isGoing(device.refused) ? 'EdgeDevice is being deleted' : `EdgeDevice refused (${device.refused.reason})`].filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join(', ');
}

function ownCauseText({ cause, retrying, pending }: DeviceResult): string | undefined {
  if (cause !== undefined) return cause.code;
  if (retrying !== undefined) return `${retrying.code ?? retrying.step}, try ${retrying.attempt}`;
  return pending === undefined ? undefined : `needs a ${pending.effect === 'restart' ? 'restart' : 'first boot'}`;
}

/** The stages of one device, a line for each condition. */
export function stageTable(device: DeviceResult, session: Session): string {
  return formatTable(device.conditions, conditionColumns, { wide: session.format === 'wide', width: session.printer.width });
}

/** `edgedevice/gw-01`: every command takes this as a name too. */
export function objectName({ name }: Pick<DeviceResult, 'name'>): string {
  return `edgedevice/${name}`;
}

function isGoing({ reason }: NonNullable<DeviceResult['refused']>): boolean {
  return reason === 'Deleting';
}

/** That the EdgeDevice of a device is refused, or being deleted; `undefined` if it is not. */
export function refusalText({ owner, refused }: DeviceResult): string | undefined {
  if (owner !== undefined && refused !== undefined && isGoing(refused)) return `${owner.kind} ${owner.name} is being deleted: ${refused.message.replace(/^is being deleted; /, '')}`;
  return owner === undefined || refused === undefined ? undefined : `${owner.kind} ${owner.name} is refused (${refused.reason}), so the device has earlier settings: ${refused.message}`;
}

/** Prints a result on stdout in the format of `-o`; without `-o` nothing. */
export async function printResult(device: DeviceResult, session: Session): Promise<void> {
  const { printer, format } = session;
  if (isMachine(format)) await printer.object(resultInWords(device, session.io.programName), format);
  else if (format === 'name' && device.cause === undefined) printer.data(objectName(device));
  else if (format === 'table' || format === 'wide') printer.data(deviceTable([device], session, { namespaces: true }));
}
