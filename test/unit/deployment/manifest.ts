import { record, type Mapping } from '../../../src/support/plain.js';

/** The desired properties of both system modules, as small as they may be with one module and one route. */
export function smallManifest(): Record<string, Mapping> {
  const image = (name: string): Mapping => ({ settings: { image: `mcr.microsoft.com/${name}:1.5` }, type: 'docker' });
  const running = { status: 'running', restartPolicy: 'always' };
  return {
    $edgeAgent: {
      'properties.desired': {
        schemaVersion: '1.1',
        runtime: { type: 'docker', settings: { minDockerVersion: 'v1.25' } },
        systemModules: { edgeAgent: image('azureiotedge-agent'), edgeHub: { ...image('azureiotedge-hub'), ...running } },
        modules: { sensor: { ...image('azureiotedge-simulated-temperature-sensor'), ...running, version: '1.0' } },
      },
    },
    $edgeHub: {
      'properties.desired': { schemaVersion: '1.1', routes: { up: 'FROM /messages/modules/sensor/outputs/* INTO $upstream' }, storeAndForwardConfiguration: { timeToLiveSecs: 7200 } },
    },
  };
}

const parts = { agent: ['$edgeAgent', 'properties.desired'], hub: ['$edgeHub', 'properties.desired'], sensor: ['$edgeAgent', 'properties.desired', 'modules', 'sensor'] } as const;

/** The manifest with one field changed: `agent.…`, `hub.…`, `sensor.…`, or a path of module ids. `undefined` removes it. */
export function manifestWith(path: string, value: unknown): Record<string, Mapping> {
  const manifest = smallManifest();
  const [first = '', ...rest] = path.split('/');
  const keys = [...(first in parts ? parts[first as keyof typeof parts] : [first]), ...rest];
  let around: Mapping = manifest;
  for (const key of keys.slice(0, -1)) around = (around[key] = record(around[key]) ?? {});
  if (value === undefined) delete around[keys.at(-1)!];
  else around[keys.at(-1)!] = value;
  return manifest;
}
