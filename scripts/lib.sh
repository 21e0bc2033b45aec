# Shared by the scripts beside it: prerequisites, installed packages, build. Sourced, not run.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 3; }

# Whole seconds since the epoch; POSIX sh has no SECONDS.
now() { date +%s; }

# step NAME COMMAND...: runs it and says how long it took; if it fails, ends the script.
step() {
  step_name=$1; shift
  step_from=$(now)
  say "==> $step_name"
  "$@" || { step_code=$?; say "error: $step_name failed (exit code $step_code)"; exit "$step_code"; }
  took "$(($(now) - step_from))" "$step_name"
}

# took SECONDS NAME: a line of the table STEP_TIMES.
took() {
  STEP_TIMES="${STEP_TIMES-}$(printf '%6d s  %s' "$1" "$2")
"
}

# version_at_least HAVE WANT: dotted numbers.
version_at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

require_node() {
  command -v node >/dev/null 2>&1 || fail "Node.js is missing; edge-vm needs Node.js 20.19, or 22.12 or newer (https://nodejs.org)"
  have=$(node -p process.versions.node)
  case $have in 21.*|22.?.*|22.10.*|22.11.*) fail "Node.js $have cannot run edge-vm; it needs 20.19, or 22.12 or newer" ;; esac
  version_at_least "$have" 20.19.0 || fail "Node.js $have is too old; edge-vm needs 20.19, or 22.12 or newer"
  command -v npm >/dev/null 2>&1 || fail "npm is missing; it comes with Node.js"
}

require_go() {
  [ "$(uname -s)" = Linux ] || fail "the lab runs on Linux only; here is $(uname -s)"
  command -v go >/dev/null 2>&1 || fail "Go is missing; the lab builds Kubernetes and KubeVirt with Go 1.25 or newer (https://go.dev/dl)"
  have=$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
  version_at_least "$have" 1.25.0 || fail "Go $have is too old; the lab needs 1.25 or newer"
}

# Installs npm packages if the lockfile changed since the last time, or if there are none.
PACKAGES_STAMP=node_modules/.edge-vm-lock
packages_installed() { [ -f "$PACKAGES_STAMP" ] && cmp -s package-lock.json "$PACKAGES_STAMP"; }
install_packages() {
  if packages_installed; then return 0; fi
  npm ci --no-audit --no-fund --loglevel=error >&2 && cp package-lock.json "$PACKAGES_STAMP"
}

build() { node scripts/build.mjs >&2; }

# Where edge-vm keeps what it builds and fetches.
cache_folder() { echo "${EDGE_VM_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/edge-vm}"; }

# begin_go, end_go: Go works in the background while npm installs. One process fetches all modules of the lab, another
# compiles the sources of the lab's programs. `lab up` finds the results in Go's caches and goes on from there; if something
# fails here, `lab up` reports it. The settings of Go are those of the lab's build; otherwise its build would not find them.
begin_go() {
  go_jobs=
  # If Go is stopped early, it leaves its temporary files there.
  GO_FILES=$(mktemp -d)
  trap end_go EXIT
  # A background job of a script ignores Ctrl-C.
  trap 'exit 130' INT
  trap 'exit 143' TERM
  in_core list -e -deps -tags tools ./... & go_jobs="$go_jobs $!"
  in_core build ./... & go_jobs="$go_jobs $!"
}
in_core() {
  cd lab/programs/core || exit
  # One flag on each line, because flags hold blanks and stars.
  set -f
  IFS='
'
  go_command=$1; shift
  # shellcheck disable=SC2046
  exec env GOFLAGS= GOWORK=off CGO_ENABLED=0 GOGC=400 GOTMPDIR="$GO_FILES" go "$go_command" $(cat build-flags) "$@" >/dev/null 2>&1
}
end_go() {
  [ -n "${GO_FILES-}" ] || return 0
  trap - EXIT INT TERM
  for go_job in $go_jobs; do
    kill "$go_job" 2>/dev/null || true
    wait "$go_job" 2>/dev/null || true
  done
  rm -rf "$GO_FILES"
  GO_FILES=
}
