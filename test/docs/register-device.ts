// For the setups of the pages: register-device NAME [edge|leaf]. Registers the device in the lab's hub, and prints its
// connection string.
import { openHub } from '../integration/harness/hub.js';

const [name, kind = 'edge'] = process.argv.slice(2);
if (name === undefined || !['edge', 'leaf'].includes(kind)) throw new Error('usage: register-device NAME [edge|leaf]');
const hub = openHub();
try {
  process.stdout.write(`${await hub.register(name, { edge: kind === 'edge' })}\n`);
} finally {
  await hub.close();
}
