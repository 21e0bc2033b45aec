# shellcheck shell=sh
# Calls of apt. After a kill at any point the next try repairs the rest. Each failure has a code.

UPDATE_LOG=$RUN_DIR/apt-update.log
INSTALL_LOG=$RUN_DIR/apt-install.log

# Waits for other apt processes (unattended upgrades run at first boot), tries downloads again, and keeps files that
# cloud-init wrote before the package was installed.
apt_get() {
  apt-get -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef "$@" </dev/null
}

# Repairs what a killed dpkg has left; quick if there is nothing to repair. If dpkg was killed while it unpacked a package,
# the package is marked "reinstreq": dpkg cannot configure it, and for apt it is installed. So it is unpacked again, in
# the same version: the newest one would not fit the other package of a pinned pair.
heal_packages() {
  dpkg --configure -a --force-confold </dev/null >"$INSTALL_LOG" 2>&1 ||
    apt_get -f install >>"$INSTALL_LOG" 2>&1 || fail_by_log "$INSTALL_LOG" || return
  # shellcheck disable=SC2016 # fields of dpkg-query
  half_unpacked=$(dpkg-query -W -f='${Package}=${Version} ${db:Status-Eflag}\n' | sed -n 's/ reinstreq$//p')
  [ -n "$half_unpacked" ] || return 0
  # shellcheck disable=SC2086 # a list of packages
  apt_get install --reinstall --allow-downgrades --allow-change-held-packages $half_unpacked >"$INSTALL_LOG" 2>&1 || fail_by_log "$INSTALL_LOG"
}

# Error-Mode=any: without it, an unreachable source is only a warning. Then the next step fails because a package is
# missing, with the wrong reason. The error does not end the step: other sources may have all needed packages.
# Indexes of sources and translations are left out: they are most of the download, and no install needs them.
apt_update() {
  UPDATE_FAILED=no
  apt_get -o APT::Update::Error-Mode=any -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb-src::Sources::DefaultEnabled=false update >"$UPDATE_LOG" 2>&1 && return 0
  UPDATE_FAILED=yes
  cat "$UPDATE_LOG"
}

# apt_install PACKAGE[=VERSION]...
apt_install() {
  if apt_get install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@" >"$INSTALL_LOG" 2>&1; then
    cat "$INSTALL_LOG"
    return 0
  fi
  cat "$INSTALL_LOG"
  # If a package is missing because its source could not be read, report the source as the reason.
  if [ "$(apt_code "$INSTALL_LOG")" = package-not-found ] && [ "${UPDATE_FAILED-no}" = yes ]; then
    fail_by_log "$UPDATE_LOG"
    return
  fi
  fail_by_log "$INSTALL_LOG"
}

apt_pattern() {
  case $1 in
    disk-full) echo "No space left on device|don't have enough free space|not enough free disk space" ;;
    apt-locked) echo 'Could not get lock|Unable to lock|Unable to acquire the dpkg|is another process using it' ;;
    key-rejected) echo 'NO_PUBKEY|BADSIG|EXPKEYSIG|EXPSIG|KEYEXPIRED|REVKEYSIG|ERRSIG|is not signed|GPG error|signatures? (was|were) invalid|no longer signed' ;;
    apt-unreachable) echo 'Could not resolve|Could not connect|Temporary failure|Unable to connect|Cannot initiate the connection|Connection (refused|timed out|failed)|Network is unreachable|Failed to fetch|does(n.t| not) have a Release file|Could not handshake|Certificate verification failed|Hash Sum mismatch|Release file .* is (expired|not valid yet)' ;;
    package-not-found) echo "Unable to locate package|Version '.*' for '.*' was not found|has no installation candidate" ;;
  esac
}

# The code for a log of apt; package-failed if no other code fits.
apt_code() {
  for apt_class in disk-full apt-locked key-rejected apt-unreachable package-not-found; do
    if grep -qE "$(apt_pattern "$apt_class")" "$1" 2>/dev/null; then
      echo "$apt_class"
      return
    fi
  done
  echo package-failed
}

# Ends the step with the code for a log and the line that explains it best: an error line before any other.
fail_by_log() {
  log_code=$(apt_code "$1")
  log_pattern=$(apt_pattern "$log_code")
  log_line=$(grep -E "${log_pattern:-^(E:|dpkg: error)}" "$1" | grep -E '^(E:|Err:)' | head -n 1)
  [ -n "$log_line" ] || log_line=$(grep -E "${log_pattern:-^E:|error}" "$1" | head -n 1)
  [ -n "$log_line" ] || log_line=$(grep -v '^[[:space:]]*$' "$1" | tail -n 1)
  fail "$log_code" "$log_line"
}
