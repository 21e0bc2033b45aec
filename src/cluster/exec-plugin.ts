import type { Env } from '../net/proxy-env.js';
import { abortError } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import { isMapping, listAt, textAt } from '../support/plain.js';
import { credentialsIn, type PluginCredentials } from './exec-answer.js';
import { runProgram } from './exec-run.js';
import type { LoadedKubeconfig } from './kubeconfig.js';
import { dataOrFile } from './kubeconfig-data.js';
import type { Fields } from './kubeconfig-fields.js';

/** How a credential plugin of the kubeconfig can talk to the user. */
export interface PluginOptions {
  /** Whether it may read from standard input: a terminal that nothing else reads from. Absent: it may not. */
  interactive?: () => boolean;
  /** It gets no terminal at all: it cannot open `/dev/tty` either. For work during which nobody expects a question. */
  detached?: boolean;
  /** Called before a plugin starts and when it has ended. */
  onRun?: (state: 'started' | 'ended', interactive: boolean) => void;
  /** Receives the plugin's standard error (its words for people) as it comes. Absent: edge-vm drops it. */
  onOutput?: (text: string) => void;
}

type Mode = 'Never' | 'IfAvailable' | 'Always';

interface Plugin {
  command: string;
  args: readonly string[];
  env: Env;
  apiVersion: string;
  mode: Mode;
  installHint: string | undefined;
  /** `spec.cluster` of the plugin's input, if it asks for that; made at each run. */
  cluster: () => object | undefined;
}

const group = 'client.authentication.k8s.io';
const versions = [`${group}/v1`, `${group}/v1beta1`];
const helpUrl = 'https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins';

/**
 * Reads credentials from a user's `exec` plugin by the protocol of client-go. Throws `cluster-unauthorized` for an entry that kubectl
 * also refuses. No error has the plugin's output, because it may hold a token.
 */
export function makePluginReader(exec: Fields, loaded: LoadedKubeconfig, { plugin: how = {}, env }: { plugin: PluginOptions | undefined; env: Env }): (signal: AbortSignal) => Promise<PluginCredentials> {
  const plugin = pluginOf(exec, loaded);
  const name = `credential plugin ${plugin.command} of context "${loaded.context}"`;
  return async (signal) => {
    const interactive = isInteractive(plugin.mode, how.interactive?.() === true, name);
    const cluster = plugin.cluster();
    const info = { kind: 'ExecCredential', apiVersion: plugin.apiVersion, spec: { ...(cluster === undefined ? {} : { cluster }), interactive } };
    how.onRun?.('started', interactive);
    try {
      const ended = await runProgram(plugin.command, plugin.args, {
        env: { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) }, interactive, detached: how.detached === true, onStderr: how.onOutput, signal,
      });
      return credentialsIn(ended, { name, apiVersion: plugin.apiVersion });
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      throw EdgeVmError.is(error) ? error : startError(error, plugin, name);
    } finally {
      how.onRun?.('ended', interactive);
    }
  };
}

function pluginOf(exec: Fields, { context, cluster, server }: LoadedKubeconfig): Plugin {
  const refuse = (what: string, hint?: string): never => {
    throw new EdgeVmError('cluster-unauthorized', `the credential plugin of context "${context}" ${what}`, { hint: hint ?? `Read ${helpUrl}` });
  };
  const command = exec.text('command') ?? refuse('has no command');
  const apiVersion = exec.text('apiVersion') ?? refuse('has no apiVersion');
  if (!versions.includes(apiVersion)) {
    refuse(`has the apiVersion "${apiVersion}"; accepted are ${versions.join(' and ')}`, 'Get the kubeconfig again (az aks get-credentials, aws eks update-kubeconfig, gcloud container clusters get-credentials, kubelogin convert-kubeconfig)');
  }
  const mode = exec.text('interactiveMode') ?? (apiVersion.endsWith('/v1') ? refuse('has no interactiveMode, which version v1 needs') : 'IfAvailable');
  if (!['Never', 'IfAvailable', 'Always'].includes(mode)) refuse(`has the interactiveMode "${mode}"; accepted are Never, IfAvailable and Always`);
  const variables = exec.list('env').map((one): [string, string] => [one.text('name') ?? refuse('has a variable without a name'), one.text('value') ?? '']);
  return {
    command, apiVersion, mode: mode as Mode, args: exec.texts('args') ?? [], env: Object.fromEntries(variables), installHint: exec.text('installHint'),
    cluster: () => (exec.flag('provideClusterInfo') ? clusterInfo(cluster, server) : undefined),
  };
}

/** Facts of the cluster for a plugin that asks for them, in the fields of `client.authentication.k8s.io`. */
function clusterInfo(cluster: Fields, server: string): object {
  const extension = listAt(cluster.raw('extensions')).find((one) => textAt(one, 'name') === `${group}/exec`);
  const config = isMapping(extension) ? extension['extension'] : undefined;
  const [ca] = dataOrFile(cluster, 'certificate-authority');
  return {
    server,
    ...(cluster.text('tls-server-name') === undefined ? {} : { 'tls-server-name': cluster.text('tls-server-name') }),
    ...(cluster.flag('insecure-skip-tls-verify') ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(cluster.text('proxy-url') === undefined ? {} : { 'proxy-url': cluster.text('proxy-url') }),
    ...(cluster.flag('disable-compression') ? { 'disable-compression': true } : {}),
    ...(config === undefined ? {} : { config }),
  };
}

function isInteractive(mode: Mode, terminal: boolean, name: string): boolean {
  if (mode === 'Always' && !terminal) {
    throw new EdgeVmError('cluster-unauthorized', `${name} needs a terminal for its questions (interactiveMode: Always), and there is none`, { hint: 'Run this in a terminal, and do not use standard input for a file; or use a credential that asks nothing' });
  }
  return mode !== 'Never' && terminal;
}

/** It could not be started. The kubeconfig's author wrote the hint in it, so this removes terminal sequences. */
function startError(error: unknown, { command, installHint }: Plugin, name: string): EdgeVmError {
  const { code } = error as NodeJS.ErrnoException;
  const words = installHint?.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  if (code === 'ENOENT') return new EdgeVmError('cluster-unauthorized', `${name} is not installed`, { hint: words || `Install ${command}, or check PATH` });
  return new EdgeVmError('cluster-unauthorized', `${name} cannot be started (${code ?? 'no code'})`, { hint: words || 'Check its file, and whether you may run it' });
}
