// Calls the control API of the lab hub: node docs/examples/lab-hub.mjs METHOD PATH [JSON]
// It needs the variables of `edge-vm lab env`. Build edge-vm first.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parseServiceConnectionString, sharedAccessSignature } from 'edge-vm';

const [method = 'GET', path = 'status', body] = process.argv.slice(2);
const { EDGE_VM_HUB_CONNECTION_STRING, EDGE_VM_HUB_ENDPOINT, EDGE_VM_HUB_CA } = process.env;
const { hubHostname, policyName, key } = parseServiceConnectionString(EDGE_VM_HUB_CONNECTION_STRING ?? '');
const token = sharedAccessSignature({ resource: hubHostname, key, policyName, expiresAt: Date.now() / 1000 + 300 });

const call = request(new URL(`/$lab/v1/${path}`, EDGE_VM_HUB_ENDPOINT), {
  method,
  ca: readFileSync(EDGE_VM_HUB_CA),
  servername: hubHostname,
  headers: { host: hubHostname, authorization: token.reveal(), 'content-type': 'application/json' },
}, (answer) => {
  console.error(answer.statusCode);
  answer.pipe(process.stdout);
});
call.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
call.end(body);
