import type { DeclareCommand } from '../run/catalog.js';
import { setAction, type Invocation } from '../run/action.js';
import { InvalidInputError } from '../../support/errors.js';
import { gotOf } from '../../support/shown.js';

const description = `Print the completion script of a shell. TAB then completes commands, flags, and
names of devices, namespaces, storage classes and more.

  Bash:  source <(edge-vm completion bash)
  Zsh:   source <(edge-vm completion zsh)
  Fish:  edge-vm completion fish | source`;

export const declare: DeclareCommand = (command, session) => {
  command.description(description.replaceAll('edge-vm ', `${session.io.programName} `)).argument('<shell>', 'bash, zsh or fish');
  setAction(command, session, run);
};

async function run({ session, args }: Invocation): Promise<void> {
  const writers = {
    bash: async () => (await import('../completion/bash.js')).bashScript,
    zsh: async () => (await import('../completion/zsh.js')).zshScript,
    fish: async () => (await import('../completion/fish.js')).fishScript,
  };
  const shell = args[0] ?? '';
  if (!Object.hasOwn(writers, shell)) {
    throw new InvalidInputError([{ kind: 'invalid', field: 'shell', message: 'must be bash, zsh or fish', ...gotOf(shell) }]);
  }
  const write = await writers[shell as keyof typeof writers]();
  session.printer.data(write());
}
