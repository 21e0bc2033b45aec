/** Completion of zsh, both for `source` and as a file `_edge-vm` in the fpath. */
export function zshScript(): string {
  return `#compdef edge-vm kubectl-edge_vm
# zsh completion of edge-vm. Load it: source <(edge-vm completion zsh)
_edge_vm() {
  local program=\${(Q)words[1]} line directive=4
  local -a found
  program=\${program/#\\~\\//$HOME/}
  whence -p -- $program >/dev/null || program=edge-vm
  for line in "\${(@f)$("$program" __complete-quoted "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
    case $line in
    :<->) directive=\${line#:} ;;
    ?*$'\\t'*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    ?*) found+=("\${line//:/\\\\:}") ;;
    esac
  done
  # Only the value behind = is completed.
  if [[ $PREFIX == -*=* ]]; then compset -P '*='; fi
  case $directive in
  0) _files ;;
  16) _files -/ ;;
  *) (( $#found )) && _describe -t names name found ;;
  esac
}
if [ "\${funcstack[1]}" = "_edge-vm" ]; then _edge_vm "$@"; else compdef _edge_vm edge-vm kubectl-edge_vm; fi`;
}
