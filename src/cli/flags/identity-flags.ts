import type { EdgeCommand } from '../run/command.js';
import { addFlags } from './group.js';

/** Ways to say who the device is; exactly one counts. */
export function addIdentityFlags(command: EdgeCommand): void {
  addFlags(command, 'Identity (exactly one)', [
    { flags: '--connection-string-file <file>', help: 'device connection string in a file, - for stdin; or in $EDGE_VM_CONNECTION_STRING' },
    { flags: '--from-secret <secret>', help: 'NAME or NAME/KEY of a Secret of the namespace that holds one' },
    { flags: '--register', help: 'create the device in the hub, edge-enabled, or adopt it' },
  ]);
  addFlags(command, 'Identity (exactly one)', [{ flags: '--device-id <id>', help: 'device id for --register; NAME when absent' }]);
}

/** Credential of the hub's service API: for `--register`, and to prove `connected` by the device's twin. */
export function addHubFlags(command: EdgeCommand): void {
  addFlags(command, 'IoT Hub', [
    { flags: '--hub <name>', help: 'hub name, signed in with Entra ID' },
    { flags: '--hub-connection-string-file <file>', help: 'service connection string in a file, - for stdin; or in $EDGE_VM_HUB_CONNECTION_STRING' },
  ]);
}
