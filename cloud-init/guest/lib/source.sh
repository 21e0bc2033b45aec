# shellcheck shell=sh
# The apt source of aziot-edge (and moby-engine): its signing key first, then the deb822 file that names the key. In the
# other order, every `apt-get update` in between would fail for all sources.

KEYRING=/etc/apt/keyrings/edge-vm.asc
SOURCE_FILE=/etc/apt/sources.list.d/edge-vm.sources

# fetch URL FILE, with the program that the image has. All three use https_proxy.
fetch() {
  if command -v curl >/dev/null; then
    curl -fsSL --retry 2 --connect-timeout 20 --max-time 120 -o "$2" "$1"
  elif command -v wget >/dev/null; then
    wget -q --tries=3 --timeout=60 -O "$2" "$1"
  else
    python3 -c 'import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as target:
    shutil.copyfileobj(answer, target)' "$1" "$2"
  fi
}

# check_key FILE: every primary key in it must be the pinned one, because apt trusts all keys of the file.
check_key() {
  [ -n "$EDGE_SOURCE_KEY_FINGERPRINT" ] || return 0
  # Every image with cloud-init has Python, but not gnupg.
  if ! found=$(python3 /usr/local/lib/edge-vm/key-fingerprint.py "$1" 2>&1); then
    fail key-rejected "the signing key cannot be read: $(printf '%s' "$found" | tail -n 1)"
    return
  fi
  for fingerprint in $found; do
    if [ "$fingerprint" != "$EDGE_SOURCE_KEY_FINGERPRINT" ]; then
      fail key-rejected "the signing key has fingerprint $fingerprint, expected $EDGE_SOURCE_KEY_FINGERPRINT"
      return
    fi
  done
}

install_key() {
  [ "$EDGE_SOURCE_TRUSTED" != yes ] || return 0
  mkdir -p /etc/apt/keyrings
  key=$RUN_DIR/source-key.asc
  if [ -s "$ETC/apt/edge.asc" ]; then
    cp "$ETC/apt/edge.asc" "$key"
  elif [ -s "$KEYRING" ] && check_key "$KEYRING" 2>/dev/null; then
    return 0
  elif ! fetch_error=$(fetch "$EDGE_SOURCE_KEY_URL" "$key" 2>&1); then
    fail apt-unreachable "cannot fetch the signing key $EDGE_SOURCE_KEY_URL: $(printf '%s' "$fetch_error" | tail -n 1)"
    return
  fi
  check_key "$key" || return
  write_atomically "$KEYRING" <"$key"
  # apt reads it as user _apt.
  chmod 0644 "$KEYRING"
}

install_source() {
  install_key || return
  write_atomically "$SOURCE_FILE" <"$ETC/apt/edge.sources"
  chmod 0644 "$SOURCE_FILE"
}
