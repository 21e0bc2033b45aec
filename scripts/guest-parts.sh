# The tests of guests on the real node, in parts: one for each file of test/guest. Sourced by test.sh, not run.
# shellcheck shell=sh disable=SC2034

# The parts of every usual run: a guest that boots once, the container image beside it, and what is left of the node afterwards.
USUAL_PARTS='device image lab-down'

# Parts that run beside others, and those that run alone, in this order: each one stops or removes more of the node.
together_parts() { for file in test/guest/*.test.ts; do basename "$file" .test.ts; done; }
alone_parts() { echo 'node-lost lab-down lab-again' | tr ' ' '\n'; }
all_parts() { together_parts; alone_parts; }

# chosen_parts NAME,NAME...: one on each line; an error names all unknown ones.
chosen_parts() {
  names=$(echo "$1" | tr ',' '\n' | grep .) || { say "error: --guest= names no part; accepted: $(all_parts | tr '\n' ' ')"; return 1; }
  unknown=$(echo "$names" | while read -r name; do all_parts | grep -qxF "$name" || echo "$name"; done)
  [ -z "$unknown" ] || { say "error: --guest: no part $(echo "$unknown" | tr '\n' ' '); accepted: $(all_parts | tr '\n' ' ')"; return 1; }
  echo "$names"
}

# parts_in together|alone PARTS: those of this kind, in the order above.
parts_in() {
  for part in $("${1}_parts"); do
    for chosen in $2; do [ "$chosen" != "$part" ] || echo "$part"; done
  done
}

# files_of PARTS: the compiled tests.
files_of() {
  for part in $1; do
    if [ -f "test/guest/$part.test.ts" ]; then echo "dist/test/guest/$part.test.js"; else echo "dist/test/guest/alone/$part.test.js"; fi
  done
}

# minutes_of PARTS: with emulated guests, including the start of the node. Two parts run at the same time.
minutes_of() {
  spent=2
  for part in $1; do
    case $part in
      boot-power-cuts) spent=$((spent + 20)) ;;
      device | surroundings | node-lost) spent=$((spent + 10)) ;;
      failing-steps) spent=$((spent + 8)) ;;
      *) spent=$((spent + 2)) ;;
    esac
  done
  echo "$spent"
}

# Why guests cannot boot here; nothing if they can.
no_guest_reason() {
  if [ "$(id -u)" != 0 ]; then echo 'it needs root'
  elif [ ! -x /usr/bin/apt-get ]; then echo 'it needs a Debian or Ubuntu machine'
  elif [ "$(uname -m)" != x86_64 ]; then echo "it needs amd64, here is $(uname -m)"
  elif ! unshare --mount --pid --fork true 2>/dev/null; then echo 'namespaces cannot be made here'
  elif ! makes_cgroups; then echo 'cgroups cannot be made here'
  fi
}
makes_cgroups() {
  hierarchy=/sys/fs/cgroup
  [ ! -d "$hierarchy/cpu" ] || hierarchy=$hierarchy/cpu
  mkdir "$hierarchy/edge-vm-probe.$$" 2>/dev/null && rmdir "$hierarchy/edge-vm-probe.$$"
}
