# What the parts of kubevirt-install.sh share: messages, the deadline, questions, kubectl. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

step() { say "==> $*"; }
warn() { say "warning: $*"; }

# fail CODE MESSAGE [HINT]...
fail() {
  local code=$1
  shift
  say "error: $1"
  shift
  local hint
  for hint in "$@"; do say "  $hint"; done
  exit "$code"
}

begin() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/kubevirt-install.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'say "interrupted; the cluster is consistent, run the command again to go on"; exit 130' INT TERM HUP
  command -v kubectl >/dev/null 2>&1 || fail 3 'kubectl is not installed' 'See https://kubernetes.io/docs/tasks/tools/.'
}

# SECONDS counts from the start of the script.
time_left() { [ "$SECONDS" -lt "$deadline" ]; }

# KEY TEXT: says TEXT unless it was the last thing said of KEY.
last_told=
tell_once() {
  case $last_told in *"<$1:$2>"*) return 0 ;; esac
  last_told="$last_told<$1:$2>"
  say "    $2"
}

interactive() { [ -t 0 ] && [ -t 2 ]; }

# QUESTION: true if the person agrees. It never asks without a terminal.
agrees() {
  local answer=
  printf '%s [y/N] ' "$1" >&2
  # The time at a question does not count.
  local before=$SECONDS
  read -r answer || true
  deadline=$((deadline + SECONDS - before))
  case $answer in y | Y | yes | YES | Yes) return 0 ;; *) return 1 ;; esac
}

# Runs kubectl on the chosen cluster. Every request has a time limit.
k() { kubectl ${kubectl_flags[@]+"${kubectl_flags[@]}"} --request-timeout=30s "$@"; }

# kubectl's last error, on one line, without the log lines of its libraries.
problem=
problem() { grep -Ev '^[EWI][0-9]{4} ' "$work/problem" | tr '\n' ' ' | sed 's/  */ /g; s/ $//'; }

# Runs kubectl; output in $answer. If it fails, the text is in $problem.
answer=
ask_cluster() {
  if answer=$(k "$@" 2>"$work/problem"); then
    problem=
    return 0
  fi
  problem=$(problem)
  return 1
}

# WHAT ARGS...: like ask_cluster, but a refusal ends the script. What may pass (a busy server, a cut connection, a webhook
# that does not answer yet) is tried again until the time is up.
must() {
  local what=$1
  shift
  until ask_cluster "$@"; do
    refusal "$what"
    tell_once must "$what: $problem"
    time_left || fail 4 "the time is up ($timeout): cannot $what: $problem"
    sleep "$poll"
  done
}

# WHAT: ends the script if $problem does not go away by itself.
refusal() {
  case $problem in
    *'failed calling webhook'* | *'connection refused'* | *'i/o timeout'* | *'TLS handshake timeout'* | *'context deadline exceeded'* | *EOF* | *'connection reset'* | *'leader changed'* | *'Too Many Requests'* | *'the server is currently unable'* | *'Internal error occurred'* | *'no matches for kind'* | *'being terminated'* | *'timed out waiting'*)
      return 0 ;;
    *'violates PodSecurity'* | *'denied the request'* | *'denied request'* | *ValidatingAdmissionPolicy* | *'exceeded quota'*)
      fail 3 "a policy of the cluster refuses this: cannot $1" "$problem" 'Ask whoever runs the policies of the cluster to exempt the namespaces kubevirt and cdi.' ;;
    *Forbidden* | *forbidden*)
      fail 3 "you may not do this: cannot $1" "$problem" 'Installing KubeVirt needs the rights of cluster-admin.' ;;
    *[Uu]nauthorized* | *'must be logged in'* | *'getting credentials'*)
      fail 3 "the cluster does not accept your login: cannot $1" "$problem" ;;
    *)
      fail 1 "cannot $1" "$problem" ;;
  esac
}

require_cluster() {
  local shown=
  if ! ask_cluster get --raw /version; then
    case $problem in *orbidden*) ;; *) fail 3 'the cluster does not answer' "$problem" 'Check the kubeconfig and --context.' ;; esac
  fi
  shown=$(k config view --minify -o 'jsonpath={.current-context}, {.clusters[0].cluster.server}' 2>/dev/null) || true
  cluster_shown=${shown:-the cluster of this pod}
  step "cluster: $cluster_shown"
}

# v1.8.2 -> "1 8 2"; anything after - or + is left out.
version_numbers() { printf '%s' "$1" | sed 's/^v//; s/[-+].*//; s/\./ /g'; }

# A B: older, same or newer: what A is, seen from B.
compare_versions() {
  local a b _
  a=$(version_numbers "$1") b=$(version_numbers "$2")
  # shellcheck disable=SC2086 # three numbers
  set -- $a $b
  [ $# = 6 ] || { echo unknown; return; }
  for _ in 1 2 3; do
    if [ "$1" -lt "$4" ]; then echo older; return; fi
    if [ "$1" -gt "$4" ]; then echo newer; return; fi
    shift
    set -- "$@" 0
  done
  echo same
}

# A B: how many minor versions B is after A; a large number across major versions.
minors_between() {
  # shellcheck disable=SC2046 # three numbers each
  set -- $(version_numbers "$1") $(version_numbers "$2")
  if [ "$1" = "$4" ]; then echo $(($5 - $2)); else echo 1000; fi
}
