/** A package in the place of a real one. It is as small as possible, and has only the behaviour that matters to the scripts. */
export interface StandIn {
  name: string;
  version: string;
  depends?: string;
  /** Maintainer scripts. */
  scripts?: Record<string, string>;
  /** Path without the first slash → text after the shebang. */
  programs?: Record<string, string>;
  /** Bytes that do not compress. */
  ballast?: number;
}

/** With STUB_SLOW set, the first run of a point says so in a file and waits there to be killed. */
function killPoint(name: string): string {
  return `if [ -n "\${STUB_SLOW-}" ] && [ ! -e /stub/at-${name} ]; then mkdir -p /stub; : >/stub/at-${name}; /bin/sleep 20; fi`;
}

const docker = `
case "$1 \${2-}" in
  'version '*) echo 27.0.0 ;;
  'inspect '*) echo true ;;
  'logs '*) cat /stub/agent.log 2>/dev/null ;;
  'network inspect') [ -e /stub/network ] ;;
  'network create') echo "$*" >/stub/network ;;
esac`;

// Refuses what the real one refuses, and a file that others may read.
const iotedge = `
case "$1 \${2-}" in
  'config apply')
    ${killPoint('apply')}
    [ "$(stat -c '%a %U' /etc/aziot/config.toml)" = '600 root' ] || { echo 'config.toml is open to others'; exit 1; }
    if grep -q broken /etc/aziot/config.toml; then cat /etc/aziot/config.toml; echo 'error: invalid value for connection_string'; exit 1; fi
    echo applied >>/stub/applied ;;
esac`;

function edge(version: string, identity: string): StandIn[] {
  return [
    {
      name: 'aziot-edge', version, depends: `aziot-identity-service (= ${identity})`, programs: { 'usr/bin/iotedge': iotedge },
      scripts: { preinst: `getent group docker >/dev/null || { echo 'no container engine' >&2; exit 1; }\n${killPoint('edge-preinst')}`, postinst: killPoint('edge-postinst') },
    },
    { name: 'aziot-identity-service', version: identity, scripts: { postinst: `for user in aziotks aziotcs aziotid; do id $user >/dev/null 2>&1 || useradd --system --user-group $user; done\n${killPoint('identity-postinst')}` } },
  ];
}

export const standIns: readonly StandIn[] = [
  { name: 'moby-engine', version: '27.0.1-1', programs: { 'usr/bin/dockerd': ':' }, scripts: { preinst: killPoint('engine-preinst'), postinst: `groupadd --force --system docker\n${killPoint('engine-postinst')}` }, ballast: 400_000 },
  { name: 'moby-cli', version: '27.0.1-1', programs: { 'usr/bin/docker': docker } },
  { name: 'docker.io', version: '20.10.24-1', programs: { 'usr/bin/docker': docker, 'usr/bin/dockerd': ':' }, scripts: { postinst: 'groupadd --force --system docker' } },
  { name: 'qemu-guest-agent', version: '1:7.2-1' },
  ...edge('1.6.0-1', '1.6.0-1'),
  // Newer, so that what is not pinned shows.
  ...edge('1.6.1-1', '1.6.1-1'),
];
