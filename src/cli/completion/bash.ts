import { walk, type CommandNode, type FlagNode } from './tree.js';

/** A bash completion script; it needs nothing but bash 3.2. */
export function bashScript(tree: CommandNode): string {
  const nodes = walk(tree);
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => path.join(' '));
  return `# bash completion of edge-vm. Load it: source <(edge-vm completion bash)
_edge_vm() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="" path="" word i
  if [ "$COMP_CWORD" -gt 0 ]; then prev="\${COMP_WORDS[COMP_CWORD-1]}"; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${path:+$path }$word" in
${paths.map((path) => `      '${path}') path='${path}' ;;`).join('\n')}
    esac
  done
  # Readline takes = for a word of its own.
  if [ "$cur" = "=" ]; then cur=""; prev="$prev="
  elif [ "$prev" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}="; fi
  case "$path:$prev" in
${nodes.flatMap(({ path, node }) => valueCases(path.join(' '), node)).join('\n')}
  esac
  case "$path" in
${nodes.map(({ path, node }) => `    '${path.join(' ')}') COMPREPLY=($(compgen -W '${words(node)}' -- "$cur")) ;;`).join('\n')}
  esac
}
complete -F _edge_vm edge-vm kubectl-edge_vm`;
}

function valueCases(path: string, node: CommandNode): string[] {
  return node.flags.filter((flag) => flag.takesValue || flag.mayTakeValue === true).map((flag) => {
    const alone = flag.takesValue ? [flag.long, ...(flag.short === undefined ? [] : [flag.short])] : [];
    const patterns = [...alone, `${flag.long}=`].map((name) => `'${path}:${name}'`).join('|');
    return `    ${patterns}) ${values(flag)} return ;;`;
  });
}

function values(flag: FlagNode): string {
  if (flag.choices.length > 0) return `COMPREPLY=($(compgen -W '${flag.choices.join(' ')}' -- "$cur"));`;
  return flag.file ? 'COMPREPLY=($(compgen -f -- "$cur"));' : '';
}

function words(node: CommandNode): string {
  const flags = node.flags.flatMap((flag) => [flag.long, ...(flag.short === undefined ? [] : [flag.short])]);
  return [...node.commands.map((command) => command.name), ...node.arguments, ...flags].join(' ');
}
