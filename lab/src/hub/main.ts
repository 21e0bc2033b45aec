import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { HubConfig } from '../layout.js';
import { startHub } from './hub.js';

/**
 * `node main.js --config FILE`: one hub until SIGTERM or SIGINT. Prints one
 * JSON line with its ports once it listens; problems go to stderr.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('--config FILE is needed');
  const config = JSON.parse(await readFile(values.config, 'utf8')) as HubConfig;
  const hub = await startHub(config, { onError: (error) => console.error(error) });
  console.log(JSON.stringify({ httpsPort: hub.httpsPort, mqttPort: hub.mqttPort, amqpPort: hub.amqpPort }));
  const stop = (): void => {
    hub.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
