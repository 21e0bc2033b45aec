# shellcheck shell=sh disable=SC2034
# Paths and small helpers of the guest's scripts. POSIX sh: it runs in dash.
ETC=/etc/edge-vm
STATE_DIR=/var/lib/edge-vm
RUN_DIR=/run/edge-vm
STEPS='clock engine runtime files config'
# No tool may answer in the language of the image, because the scripts look for English words.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# Ends a step with a code of docs/stage-records.md and a message for people.
fail() {
  printf '%s\n%s\n' "$1" "$2" >"$RUN_DIR/error"
  echo "edge-vm: $1: $2"
  return 1
}

# Writes a file whole or not at all, also at a power cut: temporary file, fsync, rename, fsync of the folder.
write_atomically() {
  cat >"$1.new" && sync "$1.new" && mv -f "$1.new" "$1" && sync "$(dirname "$1")"
}

boot_id() {
  cat /proc/sys/kernel/random/boot_id
}

uptime_seconds() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

# pkg_ok NAME [VERSION]: installed and configured, in that version. A held package says `hold ok installed`.
pkg_ok() {
  pkg_state=$(dpkg-query -W -f='${Status}|${Version}' "$1" 2>/dev/null) || return 1
  case $pkg_state in
    *' ok installed|'*) ;;
    *) return 1 ;;
  esac
  [ -z "${2-}" ] || [ "${pkg_state##*|}" = "$2" ]
}

pkg_version() {
  pkg_ok "$1" || return 0
  dpkg-query -W -f='${Version}' "$1"
}

# Adds up to a quarter, so that many devices with one mirror do not come back at the same time.
with_jitter() {
  random=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
  echo $(($1 + random % ($1 / 4 + 1)))
}
