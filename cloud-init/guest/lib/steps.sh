# shellcheck shell=sh
# The steps of docs/stage-records.md. Each may run any number of times, and is quick if its work is done already.

clock_in_sync() {
  [ -e /run/systemd/timesync/synchronized ] ||
    [ "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)" = yes ]
}

# With a wrong clock, no signature or certificate can be checked. If no time server answers in three tries, the host's
# clock (KVM gives it to the guest) is good enough, if it can be right: after 2026-01-01.
step_clock() {
  waited=0
  while ! clock_in_sync; do
    if [ "$waited" -ge "${EDGE_VM_CLOCK_WAIT:-30}" ]; then
      if [ "$ATTEMPT" -ge 3 ] && [ "$(date +%s)" -gt 1767225600 ]; then
        echo 'edge-vm: no time server answered; going on with the clock that the host gave'
        return 0
      fi
      fail clock-not-synced "no time server answered in $waited s; is UDP port 123 or the NTP setting right?"
      return
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

# Bind mounts put the state of engine and runtime on the data disk. Docker's data-root alone would not include
# containerd, which keeps the images of newer engines.
bind_data_disk() {
  [ -n "$DATA_MOUNT" ] || return 0
  if ! mountpoint -q "$DATA_MOUNT" && ! mount "$DATA_MOUNT"; then
    fail internal "the data disk is not mounted at $DATA_MOUNT"
    return
  fi
  for folder in docker containerd aziot; do
    mountpoint -q "/var/lib/$folder" && continue
    mkdir -p "$DATA_MOUNT/$folder" "/var/lib/$folder"
    grep -q " /var/lib/$folder " /etc/fstab ||
      echo "$DATA_MOUNT/$folder /var/lib/$folder none bind,nofail,x-systemd.requires-mounts-for=$DATA_MOUNT 0 0" >>/etc/fstab
    if ! mount "/var/lib/$folder"; then
      fail internal "cannot bind /var/lib/$folder to the data disk"
      return
    fi
  done
}

# For the readiness probe and `virtctl`; a device works without it, so it never fails a step.
install_guest_agent() {
  pkg_ok qemu-guest-agent || apt_get install --no-install-recommends qemu-guest-agent >"$RUN_DIR/agent.log" 2>&1 ||
    echo "edge-vm: qemu-guest-agent is not installed yet: $(tail -n 1 "$RUN_DIR/agent.log")"
  systemctl start qemu-guest-agent.service 2>/dev/null || :
}

# The first one of ENGINE_PACKAGES is the engine itself; ENGINE_VERSION is its version.
engine_installed() {
  if [ -z "$ENGINE_VERSION" ] && pkg_ok docker-ce; then
    return 0
  fi
  pkg_ok "${ENGINE_PACKAGES%% *}" "$ENGINE_VERSION" || return
  for part in $ENGINE_PACKAGES; do pkg_ok "$part" || return; done
}

# If the kernel confines containers with AppArmor, an engine cannot start a container without this tool. The engine's
# packages only recommend it, and Debian's smaller images do not have it.
confinement_package() {
  if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] && ! command -v apparmor_parser >/dev/null; then
    echo apparmor
  fi
}

wait_for_engine() {
  waited=0
  until timeout 10 docker version --format '{{.Server.Version}}' >"$RUN_DIR/engine" 2>&1; do
    if [ "$waited" -ge "${EDGE_VM_ENGINE_WAIT:-60}" ]; then
      fail engine-failed "the container engine does not answer: $(tail -n 1 "$RUN_DIR/engine")"
      return
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

# Makes the network that aziot-edged would make, before it does, and with the MTU. `mtu` in daemon.json is only for the
# default bridge, which the runtime does not use.
create_network() {
  [ -n "$DOCKER_MTU" ] || return 0
  docker network inspect azure-iot-edge >/dev/null 2>&1 ||
    docker network create --driver bridge --opt "com.docker.network.driver.mtu=$DOCKER_MTU" azure-iot-edge ||
    fail engine-failed "cannot create the container network azure-iot-edge"
}

# The name servers that containers can reach, one on each line: IPv4 ones that are not on the guest itself. If the guest
# asks its own resolver (systemd-resolved), these are the servers behind that.
name_servers() {
  for resolv_conf in ${EDGE_VM_RESOLV_CONF:-/etc/resolv.conf /run/systemd/resolve/resolv.conf}; do
    found=$(sed -n 's/^[[:space:]]*nameserver[[:space:]]\{1,\}\([0-9.]\{7,15\}\)[[:space:]]*$/\1/p' "$resolv_conf" 2>/dev/null |
      grep -v -e '^127\.' -e '^0\.' | head -n 3)
    if [ -n "$found" ]; then
      echo "$found"
      return
    fi
  done
}

# Gives the guest's name servers to the containers, unless the device names some. Fails if that changed nothing.
# A separate file keeps what was written. If somebody has changed daemon.json since, the script does not touch it.
set_engine_dns() {
  [ "${DOCKER_DNS-given}" = guest ] || return
  dns_file=${EDGE_VM_DAEMON_JSON:-/etc/docker/daemon.json}
  dns_list=$(name_servers | sed 's/.*/"&"/' | paste -s -d , -)
  dns_before=$(cat "$STATE_DIR/engine-dns" 2>/dev/null)
  if [ -z "$dns_list" ]; then
    echo 'edge-vm: no name server outside of this machine is known; the engine chooses those of the containers'
    return 1
  fi
  dns_line="  \"dns\": [$dns_list],"
  if [ -n "$dns_before" ]; then
    [ "$dns_line" != "$dns_before" ] && grep -qxF "$dns_before" "$dns_file" || return
  elif grep -qxF "$dns_line" "$dns_file"; then
    # An earlier try was killed at this point.
    echo "$dns_line" | write_atomically "$STATE_DIR/engine-dns"
    return 1
  elif grep -q '"dns"' "$dns_file" || [ "$(head -n 1 "$dns_file")" != '{' ]; then
    return 1
  fi
  { echo '{'; echo "$dns_line"; tail -n +2 "$dns_file" | grep -vxF "${dns_before:-$dns_line}"; } | write_atomically "$dns_file" || return
  echo "$dns_line" | write_atomically "$STATE_DIR/engine-dns"
}

# The network of a guest may change between two boots, and so may its name servers.
refresh_engine_dns() {
  if set_engine_dns && systemctl is-active --quiet docker.service; then systemctl restart docker.service || :; fi
}

step_engine() {
  heal_packages || return
  bind_data_disk || return
  if set_engine_dns; then engine_changed=yes; else engine_changed=no; fi
  if ! engine_installed; then
    if [ "$ENGINE_FROM" = edge-source ]; then install_source || return; fi
    apt_update
    install_guest_agent
    # shellcheck disable=SC2086 # several packages
    set -- $ENGINE_PACKAGES
    engine=$1${ENGINE_VERSION:+=$ENGINE_VERSION}
    shift
    # shellcheck disable=SC2046 # no package or one
    set -- "$engine" "$@" $(confinement_package)
    apt_install "$@" || return
    engine_installed || { fail package-failed "apt left $* half installed"; return; }
  else
    install_guest_agent
  fi
  for held in $ENGINE_PACKAGES docker-ce containerd moby-containerd; do
    if pkg_ok "$held"; then apt-mark hold "$held" || :; fi
  done
  systemctl daemon-reload
  systemctl enable docker.service || :
  # An engine that came with the image has not read our daemon.json yet.
  if [ ! -s "$STATE_DIR/done/engine" ] || [ "$engine_changed" = yes ]; then
    systemctl restart docker.service || :
  fi
  wait_for_engine || return
  create_network
}

runtime_installed() {
  pkg_ok aziot-edge "$EDGE_VERSION" && pkg_ok aziot-identity-service "$IDENTITY_VERSION"
}

# Both packages in one call, each with its version: aziot-edge depends on the exact version of the identity service.
# Otherwise apt would choose the newest one, and fail. After the engine, because the preinst script requires group `docker`.
step_runtime() {
  heal_packages || return
  if ! runtime_installed; then
    install_source || return
    apt_update
    apt_install "aziot-edge=$EDGE_VERSION" "aziot-identity-service=$IDENTITY_VERSION" || return
    runtime_installed || { fail package-failed 'apt left aziot-edge half installed'; return; }
  fi
  apt-mark hold aziot-edge aziot-identity-service
}

# Files of the package's users are installed after the package. cloud-init's write_files would fail without the user, and
# leave out all later files. The manifest has one file on each line: mode, owner, group, staged file, target.
step_files() {
  tab=$(printf '\t')
  while IFS=$tab read -r mode owner group source target; do
    folder=$(dirname "$target")
    [ -d "$folder" ] || install -d -m 0755 "$folder" || { fail file-failed "cannot create $folder"; return; }
    if ! install -m "$mode" -o "$owner" -g "$group" "$source" "$target.new" || ! sync "$target.new" ||
      ! mv -f "$target.new" "$target"; then
      fail file-failed "cannot install $target for $owner"
      return
    fi
  done <"$ETC/files.manifest"
}

# `iotedge config apply` asks the engine for its containers, so it also fails if the engine is down. At its end it restarts
# the daemons, which may fail too. Neither is a fault of the configuration.
step_config() {
  systemctl start docker.service || :
  wait_for_engine || return
  timeout 300 iotedge config apply >"$RUN_DIR/config.log" 2>&1
  applied=$?
  redact <"$RUN_DIR/config.log"
  [ "$applied" -ne 0 ] || return 0
  reason=$(grep -v '^[[:space:]]*$' "$RUN_DIR/config.log" | tail -n 1 | sed 's/^[[:space:]]*//')
  if ! timeout 10 docker version >"$RUN_DIR/engine" 2>&1 || grep -qE 'client error \(Connect\)|error trying to connect' "$RUN_DIR/config.log"; then
    fail engine-failed "the container engine did not answer \`iotedge config apply\`: $reason"
  elif [ "$applied" -eq 124 ]; then
    fail config-failed "\`iotedge config apply\` did not end in 300 s: $reason"
  elif grep -q 'has been configured successfully' "$RUN_DIR/config.log"; then
    fail config-failed "the daemons of IoT Edge could not be restarted: $reason"
  else
    fail config-rejected "$reason"
  fi
}
