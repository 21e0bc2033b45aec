import { configurationOf, twinOf } from './mapping.js';
import { byCaller } from './run.js';
import type { RunCall } from './run.js';
import type { HubCall, HubDeployments } from './types.js';

/** `undefined` instead of the error of a 404. */
type OrMissing = <T>(work: Promise<T>) => Promise<T | undefined>;

/** The part of the port for deployments. Configurations need the rights of the registry, twins that of the service. */
export function hubDeployments(run: RunCall, orMissing: OrMissing): HubDeployments {
  const read = (what: string, call: HubCall) => ({ what, operation: 'configuration', right: 'RegistryRead', ...byCaller(call) }) as const;
  const write = (what: string, call: HubCall) => ({ what, operation: 'configuration', right: 'RegistryWrite', ...byCaller(call) }) as const;
  return {
    applyConfiguration: (deviceId, content, call = {}) =>
      run(write(`apply a deployment to device ${deviceId}`, call), async ({ registry }) => {
        await registry.applyConfigurationContentOnDevice(deviceId, content);
      }),

    getModuleTwin: (deviceId, moduleId, call = {}) =>
      orMissing(run({ what: `read the twin of ${deviceId}/${moduleId}`, operation: 'twin-read', right: 'ServiceConnect', ...byCaller(call) }, async ({ registry }) => {
        const { responseBody } = await registry.getModuleTwin(deviceId, moduleId);
        return twinOf(responseBody);
      })),

    getConfiguration: (id, call = {}) =>
      orMissing(run(read(`read deployment ${id}`, call), async ({ registry }) => configurationOf((await registry.getConfiguration(id)).responseBody))),

    listConfigurations: (call = {}) =>
      run(read('list the deployments', call), async ({ registry }) => (await registry.getConfigurations()).responseBody.map(configurationOf)),

    putConfiguration: (wanted, call = {}) =>
      run(write(`${call.etag === undefined ? 'create' : 'change'} deployment ${wanted.id}`, call), async ({ registry }) => {
        const configuration = { schemaVersion: '1.0', ...wanted };
        const { responseBody } = call.etag === undefined
          ? await registry.addConfiguration(configuration)
          : await registry.updateConfiguration({ ...configuration, etag: call.etag }, call.etag === '*');
        return configurationOf(responseBody as object);
      }),

    async deleteConfiguration(id, call = {}) {
      const found = await orMissing(run(write(`delete deployment ${id}`, call), async ({ send }) => {
        // The SDK cannot send an ETag here.
        await send('DELETE', `/configurations/${encodeURIComponent(id)}`, { ifMatch: call.etag ?? '*' });
        return true;
      }));
      return found ?? false;
    },
  };
}
