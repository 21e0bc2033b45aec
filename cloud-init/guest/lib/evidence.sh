# shellcheck shell=sh
# What the logs of the runtime say about the hub and about edgeAgent's start. Each function reads lines, oldest first, and
# prints the newest evidence, or nothing: a line with the code (`none`: no problem), a line with the message, and a third
# line, `vague`, if the message does not show a cause. The formats are those of aziot-identityd and aziot-edged 1.5 and
# 1.6 (error chains, one cause on each line) and of edgeAgent.

# For both: the code of one line, or nothing if the line shows no code.
# shellcheck disable=SC2016 # awk's own dollar signs
EVIDENCE_CODES='
function code_of(line) {
  if (line ~ /"errorCode\\*": *404010|ModuleNotFound/) return line ~ /errorCode/ && line !~ /\$edgeAgent/ ? "" : "not-edge-enabled"
  if (line ~ /"errorCode\\*": *404001|DeviceNotFound/) return "device-not-found"
  if (line ~ /"errorCode\\*": *401[0-9]|IotHubUnauthorizedAccess|UnauthorizedException|caused by: Unauthorized$/) return "unauthorized"
  if (line ~ /certificate verify failed|RemoteCertificate|remote certificate (is|was)|UntrustedRoot|PartialChain/) return "hub-untrusted"
  if (line ~ /unsuccessful tunnel|proxy tunnel request/) return line ~ /40[37]/ ? "proxy-refused" : "hub-unreachable"
  return ""
}
# The number and the message of a numbered error, in place of its JSON; else the line without its head.
function words_of(line, number, text) {
  sub(/^caused by: /, "", line)
  if (line ~ /"errorCode\\*": *[0-9]+.*"message\\*": *\\*"/) {
    number = line; sub(/.*"errorCode\\*": */, "", number); sub(/[^0-9].*/, "", number)
    text = line; sub(/.*"message\\*": *\\*"/, "", text); sub(/\\*".*/, "", text)
    return number " " text
  }
  return line
}
# The newest evidence counts. But evidence without a cause never replaces evidence with one.
function tell(a_code, a_text, is_vague) {
  if (is_vague && code != "" && code != "none") return
  code = a_code; text = a_text; vague = is_vague
}
END { if (code != "") { print code; print text; if (vague) print "vague" } }
'

# identityd and edged. INFO lines are requests between them, and a 404 there is usual. But if identityd could not answer a
# request, it logs the causes at that level, behind `!!! `. In a chain, the last cause is the one that counts.
daemon_evidence() {
  awk "$EVIDENCE_CODES"'
    {
      line = $0
      sub(/^<[0-7]>/, "", line); sub(/^[0-9][0-9T:.-]*Z +/, "", line)
      # The lines that follow the first one of a message have no level.
      if (match(line, /^\[[A-Z!]+\] - /)) { level = substr(line, 2, 4); line = substr(line, RLENGTH + 1); pulling = 0 }
      told = level != "INFO"
      if (sub(/^!!! /, "", line)) told = 1
      if (line ~ /^(Identity reconciliation complete|Successfully pulled image|Started Edge runtime)/) tell("none", "", 0)
      if (!told) { hub = 0; next }
      if (line ~ /container runtime error$/) { pulling = 1; reason = ""; next }
      if (pulling) {
        # The chain of a failed request to the engine, before the line that says what it was for.
        if (line ~ /^ +/) { reason = line; sub(/^ +([0-9]+: )?/, "", reason) }
        next
      }
      if (line ~ /Failed to (pull|create|start) Edge runtime/) {
        what = line; sub(/.*operation error: /, "", what)
        # If the engine does not answer, the record reports that as its health.
        if (reason !~ /os error|\(Connect\)/) tell(line ~ /pull/ || reason ~ /No such image/ ? "agent-image" : "agent-failed", reason == "" ? line : reason " (" what ")", 0)
        reason = ""; hub = 0
        next
      }
      if (line ~ /(Hub|DPS) client error$/) hub = 1
      else if (line !~ /^caused by: /) hub = 0
      found = code_of(line)
      if (found != "") tell(found, words_of(line), 0)
      else if (line ~ /^Network not available for Identity|^Reprovisioning failed to communicate|^Failed to send HTTP request|^(Final )?HTTP request throttled/) tell("hub-unreachable", line, 1)
      else if (hub && line ~ /^caused by: client error/) tell("hub-unreachable", line, 1)
      else if (hub && line ~ /^caused by: / && line !~ /errorCode/) tell("hub-unreachable", words_of(line), 0)
    }'
}

# edgeAgent: its own lines, and those of the exceptions after them.
agent_evidence() {
  awk "$EVIDENCE_CODES"'
    /Edge agent connected to IoT Hub via|Obtained Edge agent twin from IoTHub/ { tell("none", "", 0); next }
    {
      found = code_of($0)
      if (found != "") tell(found, words_of($0), 0)
      else if (/IotHubCommunicationException/) tell("hub-unreachable", $0, 0)
      else if (/Error getting edge agent twin from IoTHub|Error creating a device-to-cloud connection|Device client threw non-transient exception/) tell("hub-unreachable", $0, 1)
    }'
}
