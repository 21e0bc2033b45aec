import { isDeepStrictEqual } from 'node:util';
import type { DeclareCommand } from '../run/catalog.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import { create } from '../context/create.js';
import { withContext } from '../context/provisioning.js';
import { addChangeFlags, changing } from '../flags/change-flags.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addWaitFlags, waiting } from '../flags/wait-flags.js';
import { editDocument, type Reading } from '../context/editor.js';
import { readWhole, type Subject } from '../input/changes.js';
import { nameArgument } from '../input/name-argument.js';
import { formatObject, OUTPUT_FORMATS } from '../output/format.js';
import { InvalidInputError, type Problem } from '../../support/errors.js';

const description = `Edit the EdgeDevice of a device in $KUBE_EDITOR, $EDITOR or vi, and apply it.

The file describes the whole device: if you delete a field, it is removed. The
command asks before that.`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description).argument('<name>', 'name of the device');
  addChangeFlags(command, 'What to do');
  addWaitFlags(command, { noWait: 'return once all objects are applied' });
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, run, { collects: true, device: true });
};

async function run(invocation: Invocation): Promise<number> {
  const { session, values } = invocation;
  const { io, printer } = session;
  const name = nameArgument(invocation);
  const wait = waiting(values, '15m', session.problems);
  if (io.stdin.isTTY !== true) session.problems.push({ field: 'edit', message: 'needs a terminal; without one: get, change the file, create -f' });
  throwProblems(session);
  const { getDevice } = await session.deps.provision();
  const before = await withContext(invocation, (context) => getDevice(context, { name, namespace: context.cluster.namespace, toChange: true }), { quiet: true, hub: false });
  const edited = await editDocument(session, await formatObject(before, 'yaml'), (path) => readEdited(invocation, path));
  if (edited === undefined) {
    printer.note('nothing was changed');
    return 0;
  }
  const subject: Subject = isDeepStrictEqual(edited.value.input?.spec?.identity, before.spec?.identity) ? { ...edited.value, identity: { kind: 'kept' } } : edited.value;
  return edited.keepUnless(() => create(invocation, subject, {
    ...changing(values), ...wait, mustExist: true,
    skipCredentialCheck: subject.identity.kind === 'kept', start: false, namespacePerDevice: false,
  }));
}

async function readEdited(invocation: Invocation, path: string): Promise<Reading<Subject>> {
  const session = { ...invocation.session, problems: [] as Problem[] };
  try {
    const value = await readWhole({ ...invocation, session, values: { ...invocation.values, filename: path } });
    return value === undefined ? { problems: session.problems } : { value };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { problems: error.problems };
  }
}
