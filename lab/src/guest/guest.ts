import type { Agent } from 'node:https';
import type { DiskState } from './disk.js';
import { startEdgeAgent, type RunningAgent } from './edge-agent.js';
import type { Faults } from './faults.js';
import { guestConsole, type GuestConsole } from './console.js';
import { agentIdentity, type ProvisioningConfig } from './identity-service.js';
import { appliesConfig, runStep, STEPS, type Step } from './provisioning.js';
import { readConfigToml } from './config-toml.js';
import { readSettings, fileTexts } from './settings.js';
import { readUserData } from './user-data.js';

/** The hub for a guest: its name, and the address behind that name. */
export interface GuestHub {
  hostname: string;
  mqttAddress: string;
  httpsAgent: Agent;
  ca: string;
}

export interface GuestOptions {
  userData: string | undefined;
  instanceId: string;
  architecture: string;
  disk: DiskState;
  saveDisk: () => void;
  faults: Faults;
  hub: GuestHub;
  write: (line: string) => void;
  /** The guest agent answers; the readiness probe succeeds. */
  onCondition: (conditions: Record<string, boolean>) => void;
  /** Milliseconds that a boot step takes. */
  stepMs: number;
  signal: AbortSignal;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The message that the guest reports from edged's log. */
const UNPULLABLE = 'HTTP 404 Not Found: manifest for mcr.microsoft.com/azureiotedge-agent:1.6 not found: manifest unknown (pull image "mcr.microsoft.com/azureiotedge-agent:1.6")';
const RETRY_STEPS = 2;
const MAX_TRIES = 5;

/** A booted guest. `stop` simulates a shutdown in order; an abort of the signal simulates a power cut. */
export interface Guest {
  done: Promise<void>;
  stop(): Promise<void>;
}

/** Boots what edge-vm rendered: cloud-init, the provisioning service, then the runtime. Each does only what the files say. */
export function bootGuest(options: GuestOptions): Guest {
  const session: { agent: RunningAgent | undefined; stopped: boolean } = { agent: undefined, stopped: false };
  const done = run(options, session).catch((error: unknown) => {
    if (!options.signal.aborted) options.write(`simulated guest failed: ${error instanceof Error ? error.message : String(error)}`);
  });
  return {
    done,
    async stop() {
      session.stopped = true;
      await session.agent?.stop().catch(() => undefined);
      session.agent = undefined;
    },
  };
}

interface Session { agent: RunningAgent | undefined; stopped: boolean }

async function run(options: GuestOptions, session: Session): Promise<void> {
  const { disk, faults, signal } = options;
  const out = guestConsole(options.write, disk, options.saveDisk, Date.now());
  out.line('Linux version 6.1.0-lab (simulated guest of the edge-vm lab)');
  for (const word of faults.unknown) out.line(`lab: unknown fault "${word}"`);
  await options.sleep(options.stepMs, signal);
  options.onCondition({ AgentConnected: true });
  if (!cloudInit(options, out)) return;
  if (faults.silent || !disk.unitEnabled) return;
  if (!(await provision(options, out))) return;
  if (!appliesConfig(disk.files)) {
    out.record({ stage: 'report', state: 'ok', health: { engine: 'ok', edged: 'down', agent: 'absent' }, agent: { connected: false } });
    return;
  }
  await connect(options, out, session);
}

/** cloud-init's work of a first boot: once for each instance-id and disk. A later edit of the Secret changes nothing. */
function cloudInit(options: GuestOptions, out: GuestConsole): boolean {
  const { disk } = options;
  if (disk.instanceId === options.instanceId) return true;
  if (options.userData === undefined) {
    out.line('cloud-init: no user-data found');
    return false;
  }
  const data = readUserData(options.userData);
  if (!data.ok) {
    out.line(`cloud-init: ${data.message}`);
    return false;
  }
  disk.instanceId = options.instanceId;
  if (data.hostname !== undefined) disk.hostname = data.hostname;
  disk.files = { ...disk.files, ...fileTexts(data.files) };
  disk.unitEnabled = data.commands.some((c) => c.includes('systemctl') && c.includes('edge-vm-provision'));
  disk.done = [];
  options.saveDisk();
  out.line(`cloud-init: wrote ${data.files.size} files`);
  return true;
}

async function provision(options: GuestOptions, out: GuestConsole): Promise<boolean> {
  const { disk, signal } = options;
  const done = Object.fromEntries(disk.done.map((step) => [step, 0]));
  const booted = Date.now();
  for (const step of STEPS) {
    if (disk.done.includes(step)) continue;
    await runUntilDone(step, options, out, done);
    if (signal.aborted) return false;
    done[step] = Math.max(1, Math.round((Date.now() - booted) / 1000));
    disk.done.push(step);
    options.saveDisk();
    out.record({ stage: step, state: 'ok', done: { ...done }, versions: { ...disk.versions } });
  }
  return true;
}

async function runUntilDone(step: Step, options: GuestOptions, out: GuestConsole, done: Record<string, number>): Promise<void> {
  let last: { code?: string; message?: string } = {};
  for (let attempt = 1; !options.signal.aborted; attempt += 1) {
    out.record({ stage: step, state: 'running', attempt, done: { ...done }, ...last });
    await options.sleep(options.stepMs, options.signal);
    const failure = runStep(step, options.disk, options.faults);
    if (!failure) return;
    last = { code: failure.code, message: failure.message };
    const state = failure.final && attempt >= MAX_TRIES ? 'failed' : 'retrying';
    out.record({ stage: step, state, attempt, done: { ...done }, ...last });
    // The real guest waits up to minutes between tries. Here the wait is only long enough to avoid a busy loop.
    await options.sleep(options.stepMs * RETRY_STEPS * Math.min(attempt, 20), options.signal);
  }
}

async function connect(options: GuestOptions, out: GuestConsole, session: Session): Promise<void> {
  const { signal, disk } = options;
  const answer = readConfigToml(disk.files['/etc/edge-vm/config.toml'] ?? '');
  if (!answer.ok) return;
  for (let attempt = 1; !signal.aborted && !session.stopped; attempt += 1) {
    const fault = options.faults.agent;
    if (fault !== undefined) {
      out.record({ stage: 'report', state: 'ok', health: { engine: 'ok', edged: 'ok', agent: 'absent' }, agent: { connected: false, code: fault.code, message: fault.message } });
    } else if (options.faults.noAgent) {
      out.record({ stage: 'report', state: 'ok', health: { engine: 'ok', edged: 'ok', agent: 'absent' }, agent: { connected: false, code: 'agent-image', message: UNPULLABLE } });
    } else {
      const lost = await connectOnce(options, out, session, answer.config);
      if (lost.wasConnected) attempt = 1;
      options.onCondition({ Ready: false });
      if (!signal.aborted && !session.stopped) {
        out.record({ stage: 'report', state: 'ok', health: { engine: 'ok', edged: 'ok', agent: lost.code === 'agent-image' ? 'absent' : 'down' }, agent: { connected: false, code: lost.code, message: lost.message } });
      }
    }
    await options.sleep(Math.min(options.stepMs * RETRY_STEPS * attempt, 30_000), signal);
  }
}

/** Connects and stays until the connection is lost; returns the reason. */
async function connectOnce(
  options: GuestOptions, out: GuestConsole, session: Session, config: ProvisioningConfig,
): Promise<{ code: string; message: string; wasConnected?: boolean }> {
  const { hub, signal } = options;
  if (config.hubHostname.toLowerCase() !== hub.hostname.toLowerCase()) {
    return { code: 'hub-unreachable', message: 'failed to lookup address information: Name or service not known' };
  }
  const identity = await agentIdentity(config, hub.httpsAgent, signal);
  if (!identity.ok) return { code: identity.code, message: identity.message };
  let resolveLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => (resolveLost = resolve));
  signal.addEventListener('abort', () => resolveLost('power lost'), { once: true });
  try {
    session.agent = await startEdgeAgent({
      hubHostname: config.hubHostname, deviceId: config.deviceId, moduleKey: identity.moduleKey,
      mqttAddress: hub.mqttAddress, ca: hub.ca, architecture: options.architecture === 'arm64' ? 'aarch64' : 'x86_64',
      version: readSettings(options.disk.files)?.edgeVersion ?? '', onLost: resolveLost,
    });
  } catch (error) {
    return { code: 'hub-unreachable', message: error instanceof Error ? error.message : String(error) };
  }
  options.onCondition({ Ready: true });
  out.record({ stage: 'report', state: 'ok', health: { engine: 'ok', edged: 'ok', agent: 'ok' }, agent: { connected: true } });
  const minute = setInterval(() => out.repeat(), 60_000);
  const reason = await lost;
  clearInterval(minute);
  await session.agent?.kill().catch(() => undefined);
  session.agent = undefined;
  return { code: 'hub-unreachable', message: reason, wasConnected: true };
}
