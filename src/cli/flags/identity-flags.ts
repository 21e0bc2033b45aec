import type { EdgeCommand } from '../run/command.js';
import { addFlags } from './group.js';
import { hubNameProblem } from './hub-name.js';

/** The sources of the device's identity; a command takes exactly one. */
export function addIdentityFlags(command: EdgeCommand): void {
  addFlags(command, 'Identity (exactly one)', [
    { flags: '--connection-string-file <file>', help: 'device connection string in a file, - for stdin; or in $EDGE_VM_CONNECTION_STRING' },
    { flags: '--from-secret <secret>', help: 'Secret with a device connection string: NAME or NAME/KEY' },
    { flags: '--register', help: 'create the device in the hub as edge-enabled, or adopt an existing one' },
  ]);
  addFlags(command, 'Identity (exactly one)', [{ flags: '--device-id <id>', help: 'device id for --register (default: NAME)' }]);
}

/** Credential of the hub's service API: for `--register`, and to read the device's twin as evidence for `connected`. */
export function addHubFlags(command: EdgeCommand): void {
  addFlags(command, 'IoT Hub', [
    { flags: '--hub <name>', help: 'hub name; edge-vm signs in with Entra ID', check: hubNameProblem },
    { flags: '--hub-connection-string-file <file>', help: 'service connection string in a file, - for stdin; or in $EDGE_VM_HUB_CONNECTION_STRING' },
  ]);
}
