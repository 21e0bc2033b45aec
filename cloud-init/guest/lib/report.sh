# shellcheck shell=sh disable=SC2034
# What the guest can say about itself once it is provisioned: health of the parts, and evidence of the connection.

# What edgeAgent logs when it holds a connection, and when it could not get one.
AGENT_UP='Edge agent connected to IoT Hub via|Obtained Edge agent twin from IoTHub'
AGENT_DOWN='Error getting edge agent twin from IoTHub|UnauthorizedException|IotHubCommunicationException|DeviceNotFoundException'
# What the host's daemons log about the hub or the agent's image. Their INFO lines are requests among themselves, where
# a 404 is nothing unusual.
DAEMON_DOWN='\b401\b|IotHubUnauthorizedAccess|\b404\b|DeviceNotFound|ModuleNotFound|[Cc]ould not (connect|resolve)|[Cc]onnect(ion)? (error|refused|timed out)|dns error|lookup address|[Cc]ould not pull|[Ff]ailed to pull|manifest unknown|pull access denied|error pulling image|unauthorized: '

# has_status LINE STATUS: as a number of its own, not as a part of a time stamp or a name.
has_status() {
  printf '%s\n' "$1" | grep -qE "(^|[^0-9A-Za-z.:_-])$2([^0-9A-Za-z_-]|$)"
}

evidence_code() {
  case $1 in
    *' pull'* | *'pulling image'* | *'manifest unknown'* | *'pull access denied'* | *'unauthorized: '*) echo agent-image ;;
    *nauthorized*) echo unauthorized ;;
    *NotFound*) echo not-edge-enabled ;;
    *)
      if has_status "$1" 401; then echo unauthorized
      elif has_status "$1" 404; then echo not-edge-enabled
      else echo hub-unreachable; fi
      ;;
  esac
}

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

# The newest line wins. Only lines since the last look are read: a connection that lasts logs nothing for days, and
# its one line would be rotated away.
observe_agent_log() {
  seen=$(timeout 10 docker logs --since "$1" edgeAgent 2>&1 | grep -aE "$AGENT_UP|$AGENT_DOWN" | tail -n 1) || return 0
  [ -n "$seen" ] || return 0
  if printf '%s' "$seen" | grep -qE "$AGENT_UP"; then
    AGENT_CONNECTED=true AGENT_CODE='' AGENT_MESSAGE=''
  else
    AGENT_CONNECTED=false AGENT_CODE=$(evidence_code "$seen") AGENT_MESSAGE=$seen
  fi
}

observe_daemon_logs() {
  seen=$(timeout 10 journalctl --no-pager -q -o cat --since "@$1" -u aziot-identityd -u aziot-edged 2>/dev/null |
    grep -av '\[INFO\]' | grep -aE "$DAEMON_DOWN" | tail -n 1) || return 0
  [ -n "$seen" ] || return 0
  AGENT_CODE=$(evidence_code "$seen") AGENT_MESSAGE=$seen
}

# Sets HEALTH and AGENT_*; LOOKED is the time of the last look, at first the time of boot.
observe() {
  looking=$(date +%s)
  agent=$(agent_health)
  HEALTH="\"engine\":\"$(engine_health)\",\"edged\":\"$(edged_health)\",\"agent\":\"$agent\""
  if [ "$agent" = ok ]; then
    # It runs, so its image could be pulled in the end.
    if [ "$AGENT_CODE" = agent-image ]; then AGENT_CODE='' AGENT_MESSAGE=''; fi
    observe_agent_log "$LOOKED"
  else
    AGENT_CONNECTED=false
  fi
  # The daemons matter as long as the agent has not made it: they hold the device's own credential.
  if [ "$AGENT_CONNECTED" = false ]; then observe_daemon_logs "$LOOKED"; fi
  LOOKED=$looking
}

# Every five seconds until the connection is proven or three minutes are over, every minute from then on.
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
