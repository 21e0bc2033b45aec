import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { EdgeVmError } from 'edge-vm';
import { applyDocuments } from '../control-plane/install/documents.js';
import { serverUrl, type LabContext } from '../control-plane/context.js';
import { step } from '../control-plane/events.js';
import { readHubConfig } from '../control-plane/hub.js';
import { writeKubeconfig } from '../control-plane/kubeconfig.js';
import { kubernetesPki } from '../control-plane/kubernetes-pki.js';
import { serviceConnectionString } from '../control-plane/lab-env.js';
import { freePorts } from '../control-plane/ports.js';
import { assertRunning, isRunning, readRecord, startProcess } from '../control-plane/processes.js';
import { waitFor } from '../control-plane/wait.js';
import { manifestWithoutPods, OPERATOR } from './manifest.js';
import { operatorPaths, type OperatorPaths } from './paths.js';
import { OPERATOR_PROCESS, operatorProcess } from './process.js';
import { readOperator, writeOperator, type OperatorRecord } from './record.js';

/**
 * Installs types, ServiceAccount and rights of the static manifest into a running lab, and starts the operator with them. It is
 * safe to repeat: an operator that runs goes on.
 */
export async function startOperator(context: LabContext): Promise<void> {
  const { paths, api, onEvent, signal } = context;
  const files = operatorPaths(paths);
  await step('operator', onEvent, async () => {
    mkdirSync(files.folder, { recursive: true, mode: 0o700 });
    await applyDocuments(api, manifestWithoutPods(), signal);
    const process = readRecord(paths, OPERATOR_PROCESS);
    const known = readOperator(files.record);
    const runs = known !== undefined && process !== undefined && isRunning(process);
    const record = runs ? known : await prepare(context, files);
    if (!runs) startProcess(paths, operatorProcess(files, record, readHubConfig(paths)!));
    await waitFor(async () => {
      assertRunning(paths, OPERATOR_PROCESS);
      return (await isReady(record)) || undefined;
    }, { what: 'the operator to be ready', timeout: 60_000, signal, hint: `Its log is ${paths.log(OPERATOR_PROCESS)}.` });
  });
}

/** Writes what the process needs: ports and addresses may differ from those of an earlier start. */
async function prepare({ paths, state, api, signal }: LabContext, files: OperatorPaths): Promise<OperatorRecord> {
  const hub = readHubConfig(paths);
  if (hub === undefined) throw new EdgeVmError('unexpected', 'the lab has no hub', { hint: 'Take the lab down, and bring it up again.' });
  writeFileSync(files.hubCredential, serviceConnectionString(hub), { mode: 0o600 });
  writeKubeconfig(files.kubeconfig, { server: serverUrl(state), ca: readFileSync(kubernetesPki(paths.pki).ca.cert, 'utf8'), user: { token: await newToken({ api, signal }) }, namespace: OPERATOR.namespace });
  const ports = await freePorts(['metrics', 'health']);
  const record: OperatorRecord = { kubeconfig: files.kubeconfig, metrics: `http://127.0.0.1:${ports.metrics}/metrics`, health: `http://127.0.0.1:${ports.health}` };
  writeOperator(files.record, record);
  // An operator that was killed left its Lease, and nobody else uses the Lease of a lab.
  await api.remove(`/apis/coordination.k8s.io/v1/namespaces/${OPERATOR.namespace}/leases/${OPERATOR.lease}`, { signal });
  return record;
}

// As long as the certificates of the lab are valid.
async function newToken({ api, signal }: Pick<LabContext, 'api' | 'signal'>): Promise<string> {
  const { status } = await api.json<{ status: { token: string } }>('POST', `/api/v1/namespaces/${OPERATOR.namespace}/serviceaccounts/${OPERATOR.account}/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 10 * 365 * 86_400 } }, signal,
  });
  return status.token;
}

async function isReady({ health }: OperatorRecord): Promise<boolean> {
  const response = await fetch(`${health}/readyz`, { signal: AbortSignal.timeout(2000) });
  await response.arrayBuffer();
  return response.ok;
}
