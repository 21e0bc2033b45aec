// The limit to compare with: recorded requests over a plain https.Agent, with nothing else. `node bare.mjs FILE`; FILE has
// `server`, `ca`, `cert`, `key`, `connections` and `chains`. The requests of a chain go one after the other, as a device's do.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { text } from 'node:stream/consumers';

const { server, ca, cert, key, connections, chains } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { hostname, port } = new URL(server);
const agent = new https.Agent({ keepAlive: true, maxSockets: connections });

function send({ method, path, contentType, accept, body }) {
  return new Promise((resolve, reject) => {
    const headers = { Accept: accept, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) };
    const request = https.request({ agent, hostname, port, ca, cert, key, method, path, headers }, (answer) => {
      text(answer).then((content) => (answer.statusCode < 300 ? resolve(content) : reject(new Error(`${path}: HTTP ${answer.statusCode}: ${content}`))), reject);
    });
    request.on('error', reject).end(body);
  });
}

let next = 0;
let requests = 0;
async function worker() {
  while (next < chains.length) {
    const { writes, uid } = chains[next++];
    let owner;
    for (const write of writes) {
      // The recorded owner is a VM that is gone; the owner is the VM of this run.
      const answer = await send(owner === undefined || uid === undefined ? write : { ...write, body: write.body.replaceAll(uid, owner) });
      requests += 1;
      if (write.path.includes('/virtualmachines/')) owner = JSON.parse(answer).metadata.uid;
    }
  }
}
await Promise.all(Array.from({ length: connections }, worker));
agent.destroy();
console.log(JSON.stringify({ requests }));
