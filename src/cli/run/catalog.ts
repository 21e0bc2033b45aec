import type { EdgeCommand } from './command.js';
import type { Session } from './session.js';

/** Declares a command's arguments, flags and action. */
export type DeclareCommand = (command: EdgeCommand, session: Session) => void;

/** A command in the list of the help's first page; its file is loaded only if it runs. */
export interface CatalogEntry {
  name: string;
  /** After the name, for help: `[name] [flags]`. */
  usage: string;
  summary: string;
  group: 'Devices' | 'Lab' | 'Others';
  load: () => Promise<{ declare: DeclareCommand }>;
}

/** Every command, in the order of the help. */
export const CATALOG: readonly CatalogEntry[] = [
  { name: 'create', usage: '[name] [flags]', summary: 'Create a device and wait until its runtime is connected', group: 'Devices', load: () => import('../commands/create.js') },
  { name: 'apply', usage: '-f <file> [flags]', summary: 'Create and change many devices from files', group: 'Devices', load: () => import('../commands/apply.js') },
  { name: 'render', usage: '[name] [flags]', summary: 'Print the manifests that create would apply', group: 'Devices', load: () => import('../commands/render.js') },
  { name: 'status', usage: '<name>... [flags]', summary: 'Show the stages of devices, with the evidence', group: 'Devices', load: () => import('../commands/status.js') },
  { name: 'list', usage: '[flags]', summary: 'List devices', group: 'Devices', load: () => import('../commands/list.js') },
  { name: 'wait', usage: '<name>... [flags]', summary: 'Wait until devices have reached a stage', group: 'Devices', load: () => import('../commands/wait.js') },
  { name: 'start', usage: '<name>... [flags]', summary: 'Start the stopped VMs of devices', group: 'Devices', load: () => import('../commands/start.js') },
  { name: 'restart', usage: '<name>... [flags]', summary: 'Restart the VMs of devices', group: 'Devices', load: () => import('../commands/restart.js') },
  { name: 'get', usage: '<name>... [flags]', summary: 'Print the EdgeDevices of devices', group: 'Devices', load: () => import('../commands/get.js') },
  { name: 'set', usage: '<name> [flags]', summary: 'Change fields of a device', group: 'Devices', load: () => import('../commands/set.js') },
  { name: 'edit', usage: '<name> [flags]', summary: 'Edit the EdgeDevice of a device and apply it', group: 'Devices', load: () => import('../commands/edit.js') },
  { name: 'diff', usage: '[name] -f <file> [flags]', summary: 'Show what create -f or apply -f would change', group: 'Devices', load: () => import('../commands/diff.js') },
  { name: 'explain', usage: '[field] [flags]', summary: 'Explain a field of the EdgeDevice', group: 'Devices', load: () => import('../commands/explain.js') },
  { name: 'delete', usage: '<name>... [flags]', summary: 'Delete devices and everything that create made', group: 'Devices', load: () => import('../commands/delete.js') },
  { name: 'lab', usage: '<command> [flags]', summary: 'A KubeVirt control plane and an IoT Hub on this machine', group: 'Lab', load: () => import('../commands/lab.js') },
  { name: 'operator', usage: '[flags]', summary: 'Keep the devices of EdgeDevice resources true', group: 'Others', load: () => import('../commands/operator.js') },
  { name: 'completion', usage: '<shell>', summary: 'Print the completion script of bash, zsh or fish', group: 'Others', load: () => import('../commands/completion.js') },
  { name: 'version', usage: '[flags]', summary: 'Print versions', group: 'Others', load: () => import('../commands/version.js') },
];
