import { resolve } from 'node:path';
import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import type { EdgeCommand } from '../run/command.js';
import { addFlags, isOn, text } from '../flags/group.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { timeoutMs } from '../flags/wait-flags.js';
import { LAB_VARIABLES, type LabOptions, type LabPort, type LabStatus } from './lab-port.js';
import { isMachine } from '../output/format.js';
import { makeLabProgress } from '../output/lab-progress.js';
import { formatTable } from '../output/table.js';
import { formatEnvironment, formatUnset, SHELLS, shellWord, type Shell } from '../output/shell.js';
import { formatSeconds } from '../output/format.js';
import { VERSION } from '../../render/assets.generated.js';
import { joined } from '../../support/abort.js';
import { EdgeVmError } from '../../support/errors.js';
import type { Session } from '../run/session.js';

const description = `A real Kubernetes API with KubeVirt and an IoT Hub, as your processes on this
machine. Nodes and guests are simulated; no Azure, no root, no container
engine. Needs Linux and Go to build the pinned programs once.`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description).helpCommand(false).helpOption('-h, --help', 'this text');
  const leafOf = (name: string, summary: string): EdgeCommand => command.command(name).summary(summary).description(summary).usage('[flags]');
  const sub = (name: string, summary: string): EdgeCommand => {
    const leaf = leafOf(name, summary);
    addFlags(leaf, 'Which', [{ flags: '--name <name>', help: 'name of the lab', default: '"default"' }]);
    return leaf;
  };
  const up = sub('up', 'Build and start the lab, or repair one that runs only in part');
  addFlags(up, 'What to do', [
    { flags: '--cold', help: 'install KubeVirt again, without the snapshot' },
    { flags: '--node <kind>', help: 'real: a node on which guests really boot; needs root', choices: ['simulated', 'real'], default: 'simulated' },
    { flags: '--operator', help: 'run the operator too, with the rights of its ServiceAccount' },
    { flags: '--edge-packages <dir>', help: 'folder with real aziot-edge packages for such guests (default: stand-ins)' },
    { flags: '--timeout <duration>', help: 'e.g. 10m; a number alone is seconds', default: '60m; the first build takes minutes' },
  ]);
  setAction(up, session, labUp, { collects: true });
  const env = sub('env', 'Print the variables that point a shell at the lab');
  env.description(`Print the variables that point a shell at the lab.\n\n  eval "$(${session.io.programName} lab env)"`);
  addFlags(env, 'Which', [{ flags: '--unset', help: 'print what removes the variables from the shell' }]);
  addFlags(env, 'Output', [{ flags: '--shell <shell>', help: SHELLS.join(', '), default: 'posix', choices: SHELLS }]);
  setAction(env, session, labEnv);
  const status = sub('status', 'Show which parts of the lab run');
  addOutputFlag(status, ['table', 'wide', 'json', 'yaml']);
  setAction(status, session, labStatus);
  const tools = leafOf('tools', "Build kubectl and virtctl of the lab's versions");
  tools.description(`Build kubectl and virtctl of the lab's versions if they are not built yet,\nand print their folder.\n\n  export PATH="$(${session.io.programName} lab tools):$PATH"`);
  addFlags(tools, 'What to do', [{ flags: '--helm', help: 'build helm too; the folders stand as in PATH' }]);
  setAction(tools, session, labTools);
  setAction(sub('down', 'Stop the lab and remove its devices, disks and data'), session, labDown);
};

async function labUp(invocation: Invocation): Promise<void> {
  const { session, values } = invocation;
  const limit = timeoutMs(values, '60m', session.problems);
  const edgePackages = text(values, 'edgePackages');
  if (edgePackages !== undefined && text(values, 'node') !== 'real') session.problems.push({ field: '--edge-packages', message: 'is only for guests of a real node: give --node real too' });
  throwProblems(session);
  const real = text(values, 'node') === 'real' ? { node: 'real' as const, ...(edgePackages === undefined ? {} : { edgePackages: resolve(edgePackages) }) } : {};
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), limit);
  const { signal, release } = joined(session.io.signal, timeout.signal);
  try {
    const result = await withProgress(invocation, (lab, options) => lab.labUp({ ...options, ...real, signal, cold: isOn(values, 'cold'), operator: isOn(values, 'operator') }));
    const outcome = { running: 'was already up', restarted: 'is up again', restored: 'is up, from its snapshot', installed: 'is up' }[result.outcome];
    session.printer.note(`lab ${result.name} ${outcome}, ${formatSeconds(result.seconds)} in all`);
    // scripts/lab-setup.sh goes on by itself, and says what comes next at its own end.
    if (session.io.env['EDGE_VM_LAB_SETUP'] === 'true') return;
    session.printer.note(`\nNext:\n  eval "$(${session.io.programName} lab env${result.name === 'default' ? '' : ` --name ${result.name}`})"\n  ${session.io.programName} create gw-01 ${result.deviceFile === undefined ? '--register' : `-f ${shellWord(result.deviceFile)}`}`);
  } catch (error) {
    if (!timeout.signal.aborted || session.io.signal.aborted) throw error;
    throw new EdgeVmError('timed-out', 'the lab was not up in time', { cause: error, hint: 'Run it again: finished builds stay. --timeout gives it more time.' });
  } finally {
    release();
    clearTimeout(timer);
  }
}

async function labEnv({ session, values }: Invocation): Promise<void> {
  const shell = (text(values, 'shell') ?? 'posix') as Shell;
  if (isOn(values, 'unset')) return session.printer.data(formatUnset(LAB_VARIABLES, shell));
  const lab = await loadLab(session);
  const { name, env } = labOptions(session, values);
  // The shell needs this key. It is the lab's own and protects nothing.
  session.printer.secretData(formatEnvironment(lab.labEnv({ name, env }), shell));
}

async function labStatus({ session, values }: Invocation): Promise<void> {
  const lab = await loadLab(session);
  const status = await lab.labStatus(labOptions(session, values));
  if (isMachine(session.format)) return session.printer.object(status, session.format);
  printStatus(status, session);
}

function printStatus(status: LabStatus, { printer, format }: Session): void {
  const machines = status.virtualMachines === undefined ? '' : `, ${status.virtualMachines} virtual machines`;
  const memory = status.bytes === 0 ? '' : `, ${mebibytes(status.bytes)} of memory`;
  printer.data(`lab ${status.name}: ${status.state}${machines}${memory}`);
  if (status.realNode !== undefined) {
    const { name, acceleration, packages } = status.realNode;
    const how = acceleration.kind === 'kvm' ? 'hardware KVM' : 'software emulation';
    printer.data(`real node ${name}: ${how} (${acceleration.reason}), ${packages === 'given' ? 'given' : 'stand-in'} aziot-edge packages`);
  }
  if (status.operator !== undefined) printer.data(`operator: metrics at ${status.operator.metrics}`);
  if (status.processes.length === 0) return;
  printer.data(`\n${formatTable(status.processes, [
    { title: 'PROCESS', value: (process) => process.name },
    { title: 'STATE', value: (process) => (process.running ? 'running' : 'ended') },
    { title: 'PID', value: (process) => process.pid },
    { title: 'MEMORY', value: (process) => (process.running ? mebibytes(process.bytes) : null) },
    { title: 'LOG', value: (process) => process.log, wide: true },
  ], { wide: format === 'wide', width: printer.width })}`);
}

async function labDown(invocation: Invocation): Promise<void> {
  const { printer, io } = invocation.session;
  let pointed = false;
  const existed = await withProgress(invocation, (lab, options) => {
    pointed = pointsAt(lab, options, io.env['KUBECONFIG']);
    return lab.labDown(options);
  });
  printer.note(existed ? 'the lab is down; only the built programs are left' : 'there was no lab');
  if (pointed) printer.note(`\nThis shell still has the variables of the lab. To remove them:\n  eval "$(${io.programName} lab env --unset)"`);
}

/** Whether the shell's kubeconfig is that of a lab which is still there. */
function pointsAt(lab: LabPort, { name, env }: LabOptions, kubeconfig: string | undefined): boolean {
  try {
    return kubeconfig !== undefined && lab.labEnv({ name, env })['KUBECONFIG'] === kubeconfig;
  } catch (error) {
    if (EdgeVmError.is(error)) return false;
    throw error;
  }
}

async function labTools(invocation: Invocation): Promise<void> {
  invocation.session.printer.data(await withProgress(invocation, (lab, options) => lab.labTools({ ...options, helm: isOn(invocation.values, 'helm') })));
}

async function withProgress<T>({ session, values }: Invocation, work: (lab: LabPort, options: LabOptions) => Promise<T>): Promise<T> {
  const lab = await loadLab(session);
  const progress = await makeLabProgress(session);
  try {
    return await work(lab, { ...labOptions(session, values), onEvent: (event) => progress.onEvent(event) });
  } finally {
    progress.stop();
  }
}

function labOptions({ io }: Session, values: Invocation['values']): LabOptions {
  return { name: text(values, 'name') ?? 'default', env: { ...io.env }, signal: io.signal };
}

async function loadLab(session: Session): Promise<LabPort> {
  try {
    return (await session.deps.lab()) as LabPort;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new EdgeVmError('missing-prerequisite', 'the lab is not installed', {
      hint: `Install it beside edge-vm (npm install @edge-vm/lab@${VERSION}; with -g if edge-vm is installed with -g), or use a checkout of edge-vm (npm ci && npm run build).`,
      cause: error,
    });
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
