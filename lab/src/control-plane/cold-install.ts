import * as components from './components.js';
import type { LabContext } from './context.js';
import { step } from './events.js';
import { createNodes } from './install/nodes.js';
import { playInstallStrategyJob, saveCredentials, startOperator, waitDeployed } from './install/operator.js';
import { describeStorage, installStorage } from './install/storage.js';
import { startProcess, stopProcess } from './processes.js';

/** Installs KubeVirt into an empty, running Kubernetes with its own operator. At the end only Kubernetes still runs. */
export async function coldInstall(context: LabContext): Promise<void> {
  const { onEvent, paths, api, signal } = context;
  await step('nodes and storage', onEvent, async () => {
    await createNodes(context);
    startProcess(paths, components.kwok(context, false));
    await installStorage(context);
  });
  await step('virt-operator', onEvent, async () => {
    await startOperator(context);
    await playInstallStrategyJob(context);
    await describeStorage(context);
    await saveCredentials(context);
  });
  await step('KubeVirt deployed', onEvent, async () => {
    startProcess(paths, components.virtApi(context));
    startProcess(paths, components.virtController(context));
    await waitDeployed(context);
  });
  for (const name of ['virt-operator', 'virt-controller', 'virt-api', 'kwok']) await stopProcess(paths, name);
  // The operator has stopped. With its webhooks, the API server would refuse every change of the KubeVirt object.
  await api.remove('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/virt-operator-validator', { signal });
}
