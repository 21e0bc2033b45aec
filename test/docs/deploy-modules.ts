// For the setups of the pages: deploy-modules NAME. Gives the device a deployment with one module, as `az iot edge set-modules`
// does.
import { openHub } from '../integration/harness/hub.js';

const [name] = process.argv.slice(2);
if (name === undefined) throw new Error('usage: deploy-modules NAME');
const image = (of: string): { settings: { image: string }; type: string } => ({ settings: { image: `mcr.microsoft.com/${of}:1.5` }, type: 'docker' });
const running = { status: 'running', restartPolicy: 'always' };
const agent = {
  schemaVersion: '1.1',
  runtime: { type: 'docker', settings: {} },
  systemModules: { edgeAgent: image('azureiotedge-agent'), edgeHub: { ...image('azureiotedge-hub'), ...running } },
  modules: { sensor: { ...image('azureiotedge-simulated-temperature-sensor'), ...running, version: '1.0' } },
};
const hub = openHub();
try {
  const modulesContent = { $edgeAgent: { 'properties.desired': agent }, $edgeHub: { 'properties.desired': { schemaVersion: '1.1', routes: {} } } };
  const { status, body } = await hub.send('POST', `/devices/${name}/applyConfigurationContent?api-version=2021-04-12`, { modulesContent });
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
} finally {
  await hub.close();
}
