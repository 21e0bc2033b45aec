# shellcheck shell=sh
# Stage records on the serial console: docs/stage-records.md has the format.
# Uses: STAGE STATE ATTEMPT CODE MESSAGE HEALTH AGENT_CONNECTED AGENT_CODE AGENT_MESSAGE VERSION_*.

# The first serial port with hardware. Without hardware, to open a port works with some drivers and fails with others;
# to read its line settings always fails with EIO.
find_console() {
  if [ -n "${EDGE_VM_CONSOLE-}" ]; then
    echo "$EDGE_VM_CONSOLE"
    return
  fi
  for device in /dev/ttyS0 /dev/ttyAMA0; do
    if [ -c "$device" ] && stty -F "$device" >/dev/null 2>&1; then
      echo "$device"
      return
    fi
  done
  echo /dev/console
}

# Removes all that looks like a credential from a text. The reader filters too, but here we do not know the reader.
redact() {
  sed -E \
    -e 's/(SharedAccessKey|SharedAccessSignature)[[:space:]]*=[[:space:]]*[^;"'\''[:space:]]+/\1=[secret]/Ig' \
    -e 's/([?&[:space:]]|^)(sig|password|token|secret|value)=[^&;"'\''[:space:]]+/\1\2=[secret]/Ig' \
    -e 's/(value|password|passwd|secret|token|symmetric_?key|connection_string|device_id_pk)("?[[:space:]]*[=:][[:space:]]*)"[^"]*"/\1\2"[secret]"/Ig' \
    -e 's/(value|password|passwd|secret|token|symmetric_?key|connection_string|device_id_pk)("?[[:space:]]*[=:][[:space:]]*)'\''[^'\'']*'\''/\1\2"[secret]"/Ig' \
    -e 's#://[^/@[:space:]"]+@#://[secret]@#g' \
    -e 's#[A-Za-z0-9+/]{24,}={1,2}#[secret]#g'
}

# json_text TEXT MAX: TEXT in one line of printable ASCII, at most MAX characters, escaped for JSON quotes.
json_text() {
  printf '%s' "$1" | tr '\n\t\r' '   ' | redact | sed -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' |
    tr -cd '\040-\176' | cut -c "1-$2" | sed -e 's/[\\"]/\\&/g'
}

next_seq() {
  seq=0
  if [ -s "$STATE_DIR/seq" ]; then
    seq=$(tr -cd '0-9' <"$STATE_DIR/seq" | cut -c 1-15)
    # A leading zero would make the number octal, or not JSON.
    seq=${seq#"${seq%%[!0]*}"}
  fi
  seq=$((${seq:-0} + 1))
  # The record must be written also if the disk is full.
  { printf '%s\n' "$seq" >"$STATE_DIR/seq.new" && mv -f "$STATE_DIR/seq.new" "$STATE_DIR/seq"; } 2>/dev/null || :
}

done_json() {
  this_boot=$(boot_id)
  comma=''
  for step in $STEPS; do
    [ -s "$STATE_DIR/done/$step" ] || continue
    read -r done_boot done_up <"$STATE_DIR/done/$step" || continue
    [ "$done_boot" = "$this_boot" ] || done_up=0
    printf '%s"%s":%d' "$comma" "$step" "${done_up:-0}"
    comma=,
  done
}

# record_json MAX: the whole state, with texts of at most MAX characters.
record_json() {
  printf '{"seq":%d,"boot":"%s","time":%d,"up":%d' "$seq" "$(boot_id)" "$(date +%s)" "$(uptime_seconds)"
  printf ',"stage":"%s","state":"%s","attempt":%d' "$STAGE" "$STATE" "$ATTEMPT"
  if [ -n "$CODE" ]; then printf ',"code":"%s"' "$CODE"; fi
  if [ -n "$MESSAGE" ]; then printf ',"message":"%s"' "$(json_text "$MESSAGE" "$1")"; fi
  printf ',"done":{%s}' "$(done_json)"
  if [ -n "$HEALTH" ]; then
    printf ',"health":{%s}' "$HEALTH"
    printf ',"agent":{"connected":%s' "$AGENT_CONNECTED"
    if [ -n "$AGENT_CODE" ]; then printf ',"code":"%s"' "$AGENT_CODE"; fi
    if [ -n "$AGENT_MESSAGE" ]; then printf ',"message":"%s"' "$(json_text "$AGENT_MESSAGE" "$(($1 * 2 / 3))")"; fi
    printf '}'
  fi
  printf ',"versions":{'
  comma=''
  for pair in "engine=$VERSION_ENGINE" "edge=$VERSION_EDGE" "identity=$VERSION_IDENTITY"; do
    [ -n "${pair#*=}" ] || continue
    printf '%s"%s":"%s"' "$comma" "${pair%%=*}" "$(json_text "${pair#*=}" 60)"
    comma=,
  done
  printf '}}'
}

# Writes one record. It must never stop the caller or make it fail. A console that nobody reads may block, so there is a time-out.
emit_record() {
  next_seq
  text_max=300
  # The frame takes 24 bytes at most; the whole record may have 1024.
  while json=$(record_json "$text_max") && [ "${#json}" -gt 1000 ]; do
    text_max=$((text_max * 3 / 4))
  done
  sum=$(printf '%s' "$json" | sha256sum | cut -c 1-8)
  line=$(printf '@edge-vm1 %d %s %s' "${#json}" "$sum" "$json")
  # Begins a new line, because a login prompt or half a kernel message may be on the last one. One write for all.
  printf '\n%s\n' "$line" | timeout 5 dd of="$CONSOLE" bs=4096 oflag=append conv=notrunc,nocreat status=none 2>/dev/null || :
}
