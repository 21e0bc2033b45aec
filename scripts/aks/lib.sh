# Messages, time limits and the calls of az. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

# fail CODE MESSAGE...: one message, what is there so far, and the end. Exit codes are those of edge-vm.
fail() {
  local code=$1; shift
  say "error: $1"; shift
  local line
  for line in "$@"; do say "  $line"; done
  what_is_left
  exit "$code"
}

# MADE: what this run and earlier ones have made and left in the cloud, one line each.
MADE=
made() { case "$MADE" in *"$1"*) ;; *) MADE="$MADE  $1
" ;; esac; }
# forget WORD...: it is gone.
forget() { MADE=$(printf '%s' "$MADE" | grep -v -F -- "$1") || MADE=; [ -z "$MADE" ] || MADE="$MADE
"; }
what_is_left() {
  [ -n "$MADE" ] || return 0
  say 'What this script has made is still there, and costs money:'
  printf '%s' "$MADE" >&2
  say "Run the same command again: it continues. To delete it: the same command with --destroy."
}

interrupted() {
  trap - INT TERM
  say ''
  say 'interrupted'
  what_is_left
  exit 130
}

# limited SECONDS COMMAND...: runs the command in its own process group, and ends the group when the time is up.
# Exit code 124 then. Call it in a subshell: it sets traps.
limited() {
  local seconds=$1 pid watch code=0 late="$WORK/late"
  shift
  rm -f "$late"
  # Job control gives each its own process group.
  set -m
  "$@" </dev/null &
  pid=$!
  # If this script was killed, its id may belong to another process by then: end nothing.
  { sleep "$seconds"; kill -0 $$ && : >"$late" && kill -TERM -- "-$pid" && sleep 5 && kill -KILL -- "-$pid"; } >/dev/null 2>&1 </dev/null &
  watch=$!
  set +m
  trap 'kill -TERM -- "-$pid" "-$watch" 2>/dev/null; exit 130' INT TERM
  wait "$pid" 2>/dev/null || code=$?
  trap - INT TERM
  kill -TERM -- "-$watch" 2>/dev/null
  wait "$watch" 2>/dev/null
  [ ! -e "$late" ] || code=124
  return "$code"
}

# try_az ARGUMENTS...: runs az on the chosen subscription. AZ_CODE, AZ_OUT (standard output), AZ_ERR (its message, on one
# line). Standard output never goes into a file, because it may be a key.
try_az() {
  AZ_CODE=0
  AZ_OUT=$(limited "$CALL_TIMEOUT" az "$@" ${SUBSCRIPTION_ID:+--subscription "$SUBSCRIPTION_ID"} --only-show-errors 2>"$WORK/stderr") || AZ_CODE=$?
  AZ_ERR=
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '' | 'Code: '*) ;; *) AZ_ERR="$AZ_ERR${AZ_ERR:+ }$line" ;; esac
  done <"$WORK/stderr"
  AZ_ERR=${AZ_ERR#ERROR: }
  if [ "$AZ_CODE" = 124 ]; then AZ_ERR="az gave no answer in $CALL_TIMEOUT seconds"; fi
  [ "$AZ_CODE" != 130 ] || interrupted
  return 0
}

# call_az WHAT ARGUMENTS...: as try_az; ends the script if az fails.
call_az() {
  local what=$1; shift
  try_az "$@"
  [ "$AZ_CODE" = 0 ] || az_failed "$what"
}

# az_failed WHAT: tells why the last call failed.
az_failed() {
  local what=$1 code=1 advice=
  case $AZ_ERR in
    'az gave no answer'*)
      code=4
      advice='Look at the network, or give az more time: EDGE_VM_AKS_CALL_TIMEOUT=900 (seconds).' ;;
    *'az login'* | *AADSTS* | *'Interactive authentication is needed'*)
      code=3 advice='Run: az login' ;;
    *AuthorizationFailed*)
      code=3 advice='Ask for the role Contributor on the subscription or the resource group.' ;;
    *RequestDisallowedByPolicy*)
      code=3 advice='A policy of your company refuses this. The message above names it. Tags that it wants: --tag KEY=VALUE.' ;;
    *ScopeLocked*)
      code=3 advice='A lock protects this. Remove the lock, or leave the resource where it is.' ;;
    *QuotaExceeded* | *'exceeding approved'*)
      code=3 advice='Take a smaller --node-size, fewer nodes or another --location, or ask Azure for more quota.' ;;
    *SkuNotAvailable* | *'is not allowed in your subscription'*)
      code=3 advice='Take another --node-size or --location.' ;;
  esac
  if [ -n "$advice" ]; then fail "$code" "$what: $AZ_ERR" "$advice"; else fail "$code" "$what: $AZ_ERR"; fi
}

# not_found: did the last call fail because the thing is not there?
not_found() {
  [ "$AZ_CODE" != 0 ] || return 1
  case $AZ_ERR in
    *ResourceGroupNotFound* | *ResourceNotFound* | *'could not be found'* | *'was not found'*) return 0 ;;
  esac
  return 1
}

# lines_of TEXT NAME...: puts the lines of the text into variables. az prints a missing value as None; here it is empty.
lines_of() {
  local text=$1 value; shift
  while IFS= read -r value; do
    [ $# -gt 0 ] || break
    case $value in None | null) value= ;; esac
    printf -v "$1" '%s' "$value"
    shift
  done <<EOF
$text
EOF
  while [ $# -gt 0 ]; do printf -v "$1" '%s' ''; shift; done
}

# deadline_in DURATION: sets DEADLINE. time_left: seconds until then.
seconds_of() {
  case $1 in
    *h) echo $((${1%h} * 3600)) ;;
    *m) echo $((${1%m} * 60)) ;;
    *s) echo "${1%s}" ;;
  esac
}
deadline_in() { DEADLINE=$((SECONDS + $(seconds_of "$1"))); }
past_deadline() { [ "$SECONDS" -ge "$DEADLINE" ]; }
pause() { sleep "$POLL"; }

lower() { printf '%s' "$1" | tr '[:upper:]' '[:lower:]'; }
same_name() { [ "$1" = "$2" ] || [ "$(lower "$1")" = "$(lower "$2")" ]; }
