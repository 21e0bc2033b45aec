# shellcheck shell=sh disable=SC2034
# What the guest can report about itself after it is provisioned: health of the parts, and evidence of the connection.

engine_health() {
  if ! command -v docker >/dev/null; then echo absent
  elif timeout 5 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; then echo ok
  else echo down; fi
}

edged_health() {
  if ! command -v iotedge >/dev/null; then echo absent
  elif systemctl is-active --quiet aziot-edged.service; then echo ok
  else echo down; fi
}

agent_health() {
  case $(timeout 5 docker inspect --format '{{.State.Running}}' edgeAgent 2>/dev/null) in
    true) echo ok ;;
    false) echo down ;;
    *) echo absent ;;
  esac
}

# Puts the lines of evidence, if there is any, into SEEN, AGENT_CODE and AGENT_MESSAGE.
take_evidence() {
  SEEN='' seen_words='' seen_vague=''
  [ -n "$1" ] || return 0
  { read -r SEEN; read -r seen_words; read -r seen_vague; } <<END || :
$1
END
  if [ -n "$seen_vague" ] && [ -n "$AGENT_CODE" ]; then return 0; fi
  AGENT_CODE=$SEEN AGENT_MESSAGE=$seen_words
  if [ "$SEEN" = none ]; then AGENT_CODE='' AGENT_MESSAGE=''; fi
}

# Reads only lines since the last look: a lasting connection logs nothing for days, and log rotation would remove its one
# line.
observe_agent_log() {
  take_evidence "$(timeout 10 docker logs --since "$1" edgeAgent 2>&1 | agent_evidence)"
  case $SEEN in
    '') ;;
    none) AGENT_CONNECTED=true ;;
    *) AGENT_CONNECTED=false ;;
  esac
}

observe_daemon_logs() {
  take_evidence "$(timeout 10 journalctl --no-pager -q -o cat --since "@$1" -u aziot-identityd -u aziot-edged 2>/dev/null | daemon_evidence)"
}

# Sets HEALTH and AGENT_*; LOOKED is the time of the last look, at first the time of boot.
observe() {
  looking=$(date +%s)
  agent=$(agent_health)
  HEALTH="\"engine\":\"$(engine_health)\",\"edged\":\"$(edged_health)\",\"agent\":\"$agent\""
  if [ "$agent" = ok ]; then
    # It runs, so it could be started in the end.
    case $AGENT_CODE in agent-*) AGENT_CODE='' AGENT_MESSAGE='' ;; esac
    observe_agent_log "$LOOKED"
  else
    AGENT_CONNECTED=false
  fi
  # The daemons matter as long as the agent is not connected: they hold the device's own credential.
  if [ "$AGENT_CONNECTED" = false ]; then observe_daemon_logs "$LOOKED"; fi
  LOOKED=$looking
}

# Every five seconds until there is evidence of the connection or three minutes are over; then every minute.
report_for_ever() {
  STAGE=report STATE=ok ATTEMPT=1 CODE='' MESSAGE=''
  HEALTH='' AGENT_CONNECTED=false AGENT_CODE='' AGENT_MESSAGE=''
  LOOKED=$(($(date +%s) - $(uptime_seconds)))
  looks=0
  while [ "$STOPPING" = no ]; do
    observe
    refresh_versions
    emit_record
    looks=$((looks + 1))
    if [ $((looks % 30)) = 0 ] && ! pkg_ok qemu-guest-agent; then install_guest_agent; fi
    if [ "$AGENT_CONNECTED" = true ] || [ "$looks" -ge 36 ]; then pause 60; else pause 5; fi
  done
}
