/** Completion of bash 3.2 and newer; it needs no other package. */
export function bashScript(): string {
  return `# bash completion of edge-vm. Load it: source <(edge-vm completion bash)
_edge_vm() {
  local words=() rest="\${COMP_LINE:0:COMP_POINT}" after word i
  # bash takes = and : for words of their own. Words without a blank between them are one word here.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    after="\${rest#"\${rest%%[![:space:]]*}"}"
    word="\${COMP_WORDS[i]}"
    # The cursor may be in the middle of a word.
    if [ "$i" -eq "$COMP_CWORD" ] || [ "\${after#"$word"}" = "$after" ]; then word="$after"; fi
    if [ "$after" = "$rest" ] && [ "$i" -gt 0 ]; then
      words[\${#words[@]}-1]="\${words[\${#words[@]}-1]}$word"
    else
      words[\${#words[@]}]="$word"
    fi
    rest="\${after#"$word"}"
  done
  local program="\${words[0]}" typed="\${words[\${#words[@]}-1]}" prefix="" stem="" name directive=4
  case "$program" in "~/"*) program="$HOME/\${program#"~/"}" ;; esac
  type -P "$program" >/dev/null || program=edge-vm
  case "$typed" in -*=*) prefix="\${typed%%=*}=" typed="\${typed#*=}" ;; esac
  # bash replaces only what comes after the last = or : of the word.
  case "$COMP_WORDBREAKS" in *=*) ;; *) stem="$prefix" ;; esac
  case "$COMP_WORDBREAKS" in *:*) word="\${typed%"\${typed##*:}"}" ;; *) word="" ;; esac
  COMPREPLY=()
  while IFS= read -r name; do
    case "$name" in
    :[0-9]*) directive="\${name#:}" ;;
    *)
      name="\${name%%$'\\t'*}"
      if [ "\${name#"$typed"}" != "$name" ] || [ -z "$typed" ]; then
        printf -v name %q "$name"
        COMPREPLY[\${#COMPREPLY[@]}]="$stem\${name#"$word"}"
      fi ;;
    esac
  done < <("$program" __complete-quoted "\${words[@]:1}" 2>/dev/null)
  # The shell itself completes paths if there is no other word.
  if type compopt >/dev/null 2>&1; then
    case "$directive" in
    0) compopt -o default ;;
    16) compopt -o default -o dirnames ;;
    *) compopt +o default ;;
    esac
  fi
}
complete -o default -F _edge_vm edge-vm kubectl-edge_vm`;
}
