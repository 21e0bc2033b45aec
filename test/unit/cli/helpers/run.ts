import { main } from '../../../../src/cli/main.js';
import { defaultDeps, type CliDeps } from '../../../../src/cli/run/deps.js';
import type { CliIo, InStream, OutStream } from '../../../../src/cli/run/io.js';
import type { Cluster } from '../../../../src/cluster/types.js';
import type { StartRequest } from '../../../../src/provision/start.js';
import type { CreateRequest, DeleteRequest, WaitRequest } from '../../../../src/provision/types.js';
import type { DeviceResult, ProvisionContext } from '../../../../src/readiness/types.js';

/** What one run of the command line gave. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string;
  /** Width of a terminal; absent: a pipe. */
  columns?: number;
  cwd?: string;
  programName?: string;
  deps?: Partial<CliDeps>;
  signal?: AbortSignal;
  /** Whether stdin is a terminal. */
  terminal?: boolean;
  /** Absent: no wait takes any time. */
  sleep?: CliIo['sleep'];
  /** The person in the editor. */
  edit?: CliIo['edit'];
}

/** Runs `main` with streams that collect. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const out = sink(options.columns);
  const err = sink(options.columns);
  const io = fakeIo(options, out, err);
  const code = await main(args, io, { ...defaultDeps, ...options.deps });
  return { code, stdout: out.text(), stderr: err.text() };
}

/** The process as the command line sees it; what it prints is lost unless the caller keeps it. */
export function fakeIo(options: RunOptions = {}, out = sink(options.columns), err = sink(options.columns)): CliIo {
  return {
    stdin: stdinOf(options.stdin ?? '', options.terminal), stdout: out.stream, stderr: err.stream,
    env: options.env ?? {}, now: () => Date.now(), sleep: options.sleep ?? (async () => undefined),
    signal: options.signal ?? new AbortController().signal,
    programName: options.programName ?? 'edge-vm', cwd: options.cwd ?? '/',
    edit: options.edit ?? (async () => 1),
  };
}

function sink(columns: number | undefined): { stream: OutStream; text: () => string } {
  const parts: string[] = [];
  const redraw = { cursorTo: () => true, moveCursor: () => true, clearLine: () => true };
  const terminal = columns === undefined ? {} : { isTTY: true, columns, ...redraw };
  return { stream: { write: (text: string) => parts.push(text), ...terminal }, text: () => parts.join('') };
}

function stdinOf(text: string, isTTY = false): InStream {
  return { isTTY, async *[Symbol.asyncIterator]() { yield text; } };
}

/** What the fake rooms were asked for. */
export interface Calls {
  create: CreateRequest[];
  delete: DeleteRequest[];
  wait: WaitRequest[];
  start: StartRequest[];
  restart: StartRequest[];
  status: { name: string; namespace: string }[];
  list: { namespace?: string }[];
  /** Options of connectCluster. */
  cluster: unknown[];
  hub: unknown[];
  closed: number;
}

/** Rooms that do nothing but remember; `result` is what every use case gives, `work` runs inside it. */
export function fakeRooms(result: DeviceResult, work: (context: ProvisionContext) => void | Promise<void> = () => undefined): { deps: Partial<CliDeps>; calls: Calls } {
  const calls: Calls = { create: [], delete: [], wait: [], start: [], restart: [], status: [], list: [], cluster: [], hub: [], closed: 0 };
  const close = (): void => void (calls.closed += 1);
  const answer = <Request>(list: Request[]) => async (context: ProvisionContext, request: Request): Promise<DeviceResult> => {
    list.push(request);
    await work(context);
    return result;
  };
  const provision = {
    startDevice: answer(calls.start),
    restartDevice: answer(calls.restart),
    createDevice: async (context: ProvisionContext, request: CreateRequest) => {
      // Nothing is kept here: what flags alone say is the whole device.
      const completed = await request.complete?.(undefined);
      const { complete: _complete, ...rest } = request;
      return answer(calls.create)(context, { ...rest, ...completed });
    }, deleteDevice: answer(calls.delete),
    waitDevice: answer(calls.wait), getStatus: answer(calls.status),
    hubRestsOf: async () => [],
    listKeptDisks: async () => [],
    listDevices: async (context: ProvisionContext, request: { namespace?: string }) => [await answer(calls.list)(context, request)],
  };
  const cluster = { namespace: 'edge', server: 'https://127.0.0.1:1', context: 'test', version: async () => 'v1.34.4', signIn: async () => undefined, close } as unknown as Cluster;
  const deps = {
    provision: async () => provision,
    cluster: async () => ({ connectCluster: async (options: unknown) => (calls.cluster.push(options), cluster) }),
    hub: async () => ({ connectHub: async (options: unknown) => (calls.hub.push(options), { hostname: 'h', close }), checkCredential: async () => ({ ok: true }) }),
  } as unknown as Partial<CliDeps>;
  return { deps, calls };
}

/** A device that is up, as `create` gives it. */
export function readyResult(over: Partial<DeviceResult> = {}): DeviceResult {
  return {
    name: 'gw-01', namespace: 'edge', ready: true, stage: 'connected',
    device: { hub: 'contoso.azure-devices.net', id: 'gw-01' },
    vm: { phase: 'Running', status: 'Running', node: 'node-1', ip: '10.0.0.7' },
    edge: { code: 417, description: '', runtimeStatus: null, connectionState: 'Connected', modules: [], evidence: 'twin' },
    conditions: [
      { type: 'Ready', status: over.ready === false ? 'False' : 'True', reason: 'Connected', message: 'stage connected is reached', lastTransitionTime: '2026-11-21T10:00:00Z' },
      { type: 'Connected', status: 'True', reason: 'TwinFresh', message: 'the agent reported 3 s ago', lastTransitionTime: '2026-11-21T10:00:00Z' },
    ],
    seconds: { connected: 12.3 }, changes: [{ kind: 'VirtualMachine', name: 'gw-01', outcome: 'created' }], warnings: [],
    ...over,
  };
}

/** A key that must never be seen, and strings around it. */
export const canary = 'Q0FOQVJZLWtleS1vZi10aGUtdGVzdC0xMjM0NTY3ODkwYWI=';
export const connectionString = `HostName=contoso.azure-devices.net;DeviceId=gw-01;SharedAccessKey=${canary}`;
export const hubConnectionString = `HostName=contoso.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=${canary}`;
