import { stripControl } from '../../identity/redact.js';
import { untilAborted } from '../../support/abort.js';
import { startDeadline } from '../../support/deadline.js';
import type { FlagValues } from '../flags/group.js';
import { addClusterFlags, clusterChoice } from '../flags/cluster-flags.js';
import { addCommonFlags } from '../flags/output-flags.js';
import { CATALOG } from '../run/catalog.js';
import { EdgeCommand } from '../run/command.js';
import { debugging } from '../run/errors.js';
import { buildProgram, commandFirst } from '../run/program.js';
import type { Session } from '../run/session.js';
import { offerAt, type Offer } from './candidates.js';
import { liveNames } from './live-names.js';
import { positionOf, type Position } from './position.js';
import { describeTree, type CommandNode } from './tree.js';
import { unquote } from './unquote.js';

/** Milliseconds. A person at a terminal waits for the answer. */
const patienceMs = 3_000;

/**
 * Answers a shell that completes a command line: one line for each word that fits, a tabulator and its description, and in the last
 * line `:` with what else the shell may do, in the numbers of cobra, because kubectl reads them from its plugins. It never
 * asks, never fails and prints no error; with EDGE_VM_DEBUG it says on stderr why there are no names.
 */
export async function complete(typed: readonly string[], session: Session, { quoted }: { quoted: boolean }): Promise<void> {
  let offer: Offer = { candidates: [] };
  const { io } = session;
  const deadline = startDeadline({ now: () => io.now(), sleep: (ms, signal) => io.sleep(ms, signal) }, patienceMs, io.signal);
  try {
    const words = quoted ? typed.map((word) => unquote(word, io.env)) : typed;
    offer = await untilAborted(offerFor(words, session, deadline.signal), deadline.signal);
  } catch (error) {
    if (debugging(session)) io.stderr.write(`${session.redactor.cleanForeign(error instanceof Error ? error.message : String(error))}\n`);
  } finally {
    deadline.dispose();
  }
  const lines = offer.candidates.flatMap(({ value, help = '' }) => {
    const text = stripControl(help);
    return stripControl(value) === value ? [text === '' ? value : `${value}\t${text}`] : [];
  });
  io.stdout.write(`${[...lines, `:${directiveOf(offer)}`].join('\n')}\n`);
}

/** cobra's ShellCompDirective: 4 no paths, 0 paths of files, 16 of folders. */
function directiveOf({ paths }: Offer): number {
  return paths === undefined ? 4 : paths === 'file' ? 0 : 16;
}

async function offerFor(words: readonly string[], session: Session, signal: AbortSignal): Promise<Offer> {
  const position = positionOf(await treeFor(words, session), words);
  const { kinds, connectCluster, listContexts } = await session.deps.cluster();
  const choice = clusterChoice(valuesOf(position));
  // Without a display, a login program finds no browser.
  const env = { ...session.io.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, BROWSER: 'false' };
  return offerAt(position, liveNames({
    kinds, chosen: choice,
    connect: () => connectCluster({ ...choice, env, plugin: { interactive: () => false, detached: true } }),
    contexts: () => listContexts({ ...choice, env }),
    signal,
  }));
}

/** The tree with only the command of the line declared, since each one takes time to load. */
async function treeFor(words: readonly string[], session: Session): Promise<CommandNode> {
  const name = commandFirst(words.slice(0, -1))[0];
  const program = describeTree(await buildProgram(session, CATALOG.find((entry) => entry.name === name)?.name));
  const leading = new EdgeCommand();
  addClusterFlags(leading);
  addCommonFlags(leading);
  return { ...program, flags: describeTree(leading).flags };
}

/** The flags of the cluster as the parser would give them. */
function valuesOf({ values }: Position): FlagValues {
  const last = (long: string): string | undefined => values.get(long)?.at(-1);
  return {
    kubeconfig: last('--kubeconfig'), context: last('--context'), namespace: last('--namespace'),
    as: last('--as'), asUid: last('--as-uid'), asGroup: values.get('--as-group') === undefined ? undefined : [...values.get('--as-group')!],
  };
}
