import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPackages } from '../packages/server.js';
import { startDns } from './dns.js';
import { startForward } from './forward.js';
import type { ServicesConfig } from './services-config.js';
import { startSntp } from './sntp.js';

/** The services for guests and pods of the real node, at the machine's address: names, time, packages, the hub, the API server. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('--config FILE is missing');
  const config = JSON.parse(readFileSync(values.config, 'utf8')) as ServicesConfig;
  const log = (line: string): void => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  };
  const { address } = config;
  for (const { port, to } of config.forwards) await startForward({ host: address, port }, { host: '127.0.0.1', port: to });
  await startDns({ address, domain: config.domain, log });
  await startSntp({ address, log });
  await startPackages({ host: address, port: 80, ...config.packages, log });
  log(`listening on ${address}`);
  await new Promise((resolve) => process.once('SIGTERM', resolve));
}

/** The last lines of the log become the error of `lab up`. So if a port is taken, the process must not end with a stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `${address}:${port} is taken: a server of this machine listens there on all addresses`;
  return error.stack ?? error.message;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  },
);
