// Prints the connection string of a plain device (not an IoT Edge device) of the lab hub: node docs/examples/lab-device.mjs ID
// It registers the device if the hub does not have it. It needs the variables of `edge-vm lab env`. Build edge-vm first.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { parseServiceConnectionString, sharedAccessSignature } from 'edge-vm';

const [id] = process.argv.slice(2);
const { EDGE_VM_HUB_CONNECTION_STRING, EDGE_VM_HUB_ENDPOINT, EDGE_VM_HUB_CA } = process.env;
if (id === undefined || EDGE_VM_HUB_ENDPOINT === undefined || EDGE_VM_HUB_CA === undefined) {
  console.error('usage: eval "$(edge-vm lab env)" && node docs/examples/lab-device.mjs ID');
  process.exit(2);
}
const { hubHostname, policyName, key } = parseServiceConnectionString(EDGE_VM_HUB_CONNECTION_STRING ?? '');
const token = sharedAccessSignature({ resource: hubHostname, key, policyName, expiresAt: Date.now() / 1000 + 300 });

/** The same REST calls work with a real hub. */
function call(method, body) {
  return new Promise((resolve, reject) => {
    request(new URL(`/devices/${encodeURIComponent(id)}?api-version=2021-04-12`, EDGE_VM_HUB_ENDPOINT), {
      method,
      ca: readFileSync(EDGE_VM_HUB_CA),
      servername: hubHostname,
      headers: { host: hubHostname, authorization: token.reveal(), 'content-type': 'application/json' },
    }, (answer) => {
      json(answer).then((device) => resolve({ status: answer.statusCode, device }), reject);
    }).on('error', reject).end(body);
  });
}

const found = await call('GET');
const { status, device } = found.status === 404 ? await call('PUT', JSON.stringify({ deviceId: id })) : found;
if (status !== 200) {
  console.error(`the hub answers ${status}: ${device?.Message ?? ''}`);
  process.exitCode = 1;
} else {
  console.log(`HostName=${hubHostname};DeviceId=${id};SharedAccessKey=${device.authentication.symmetricKey.primaryKey}`);
}
