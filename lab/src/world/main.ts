import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConsoleStore } from '../node/console-store.js';
import { startKubelet } from '../node/kubelet-server.js';
import type { WorldConfig } from './config.js';
import { startEgress } from './egress.js';
import { keepRunning } from './keep-running.js';
import { isOnRealNode } from '../real-node/constants.js';
import { simulators } from './simulators.js';

/** The lab's own process; see `WorldConfig`. Ends on SIGTERM. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('--config FILE is missing');
  const config = JSON.parse(readFileSync(values.config, 'utf8')) as WorldConfig;
  const log = (line: string): void => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  };
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

  const consoles = new ConsoleStore();
  const read = (file: string): string => readFileSync(file, 'utf8');
  const { kubelet } = config;
  const servers = [
    await startEgress({ ...config.egress, isDirect: isOnRealNode, log }),
    await startKubelet({ host: kubelet.host, port: kubelet.port, cert: read(kubelet.cert), key: read(kubelet.key), clientCa: read(kubelet.clientCa), consoles }),
  ];
  log('egress proxy and kubelet listen');
  await Promise.all(simulators({ config, consoles, log }).map(({ name, run }) => keepRunning(name, run, { signal: stopping.signal, log })));
  if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}

main().then(
  // Open tunnels would keep the process alive until their other end closes them.
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
