import { walk, type CommandNode, type FlagNode } from './tree.js';

/** A fish completion script. */
export function fishScript(tree: CommandNode): string {
  const lines = walk(tree).flatMap(({ path, node }) => [
    ...node.commands.map((command) => complete(path, `-f -a ${quote(command.name)} -d ${quote(command.help)}`)),
    ...node.arguments.map((word) => complete(path, `-f -a ${quote(word)}`)),
    ...node.flags.map((flag) => complete(path, describe(flag))),
  ]);
  return `# fish completion of edge-vm. Load it: edge-vm completion fish | source
function __edge_vm_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l plain
    for word in $words
        string match -q -- '-*' $word; or set -a plain $word
    end
    test (count $argv) -eq 0; and test (count $plain) -eq 0; and return 0
    test (count $argv) -gt 0; and test (count $plain) -ge (count $argv); and test "$plain[1..(count $argv)]" = "$argv"
end
${lines.join('\n')}`;
}

function complete(path: readonly string[], rest: string): string {
  return `complete -c edge-vm -n ${quote(['__edge_vm_at', ...path].join(' '))} ${rest}`;
}

function describe(flag: FlagNode): string {
  const choices = flag.choices.length > 0 ? ` -a ${quote(flag.choices.join(' '))}` : '';
  // Without -r or -x, fish offers a value only behind `=`: right for optional values.
  const needed = choices !== '' ? ` -x${choices}` : flag.file ? ' -r -F' : ' -x';
  const value = flag.takesValue ? needed : choices === '' ? '' : ` -f${choices}`;
  return `-l ${flag.long.slice(2)}${flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`}${value} -d ${quote(flag.help)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
