import { walk, type CommandNode, type FlagNode } from './tree.js';

/** A zsh completion script, both for `source` and as a file `_edge-vm` in the fpath. */
export function zshScript(tree: CommandNode): string {
  const functions = walk(tree).map(({ path, node }) => (node.commands.length > 0 ? inner(path, node) : leaf(path, node)));
  return `#compdef edge-vm kubectl-edge_vm
# zsh completion of edge-vm. Load it: source <(edge-vm completion zsh)
${functions.join('\n')}
if [ "\${funcstack[1]}" = "_edge-vm" ]; then _edge_vm "$@"; else compdef _edge_vm edge-vm kubectl-edge_vm; fi`;
}

function functionName(path: readonly string[]): string {
  return ['_edge_vm', ...path].join('__');
}

function inner(path: readonly string[], node: CommandNode): string {
  const commands = node.commands.map((command) => `    ${quote(`${command.name.replaceAll(':', '\\:')}:${command.help}`)}`);
  const branches = node.commands.map((command) => `    ${command.name}) ${functionName([...path, command.name])} ;;`);
  return `${functionName(path)}() {
  local state
  local -a commands
  commands=(
${commands.join('\n')}
  )
  _arguments -C ${node.flags.flatMap(specs).join(' ')} '1: :->command' '*:: :->rest'
  case "$state" in
  command) _describe command commands ;;
  rest) case "\${words[1]}" in
${branches.join('\n')}
    esac ;;
  esac
}`;
}

function leaf(path: readonly string[], node: CommandNode): string {
  const values = node.arguments.length > 0 ? ` '1:value:(${node.arguments.join(' ')})'` : " '*:name:'";
  return `${functionName(path)}() {
  _arguments ${node.flags.flatMap(specs).join(' ')}${values}
}`;
}

function specs(flag: FlagNode): string[] {
  const help = flag.help.replaceAll(/[[\]:]/g, (mark) => `\\${mark}`);
  const action = flag.choices.length > 0 ? `(${flag.choices.join(' ')})` : flag.file ? '_files' : '';
  const value = flag.takesValue ? `:value:${action}` : '';
  // `=-` with two colons: a value may follow, but only in the same word.
  if (flag.mayTakeValue === true) return [quote(`*${flag.long}=-[${help}]::value:${action}`)];
  return [flag.long, ...(flag.short === undefined ? [] : [flag.short])].map((name) => quote(`*${name}[${help}]${value}`));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
