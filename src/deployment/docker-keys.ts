import { suggest } from '../support/suggest.js';

/** Fields of the body of Docker's `POST /containers/create`. https://docs.docker.com/reference/api/engine/version/v1.47/ */
const container = [
  'Hostname', 'Domainname', 'User', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'ExposedPorts', 'Tty', 'OpenStdin', 'StdinOnce', 'Env', 'Cmd',
  'Healthcheck', 'ArgsEscaped', 'Image', 'Volumes', 'WorkingDir', 'Entrypoint', 'NetworkDisabled', 'MacAddress', 'OnBuild', 'Labels', 'StopSignal',
  'StopTimeout', 'Shell', 'HostConfig', 'NetworkingConfig',
];

/** Fields of its `HostConfig`, with those of older versions. */
const host = [
  'CpuShares', 'Memory', 'CgroupParent', 'BlkioWeight', 'BlkioWeightDevice', 'BlkioDeviceReadBps', 'BlkioDeviceWriteBps', 'BlkioDeviceReadIOps',
  'BlkioDeviceWriteIOps', 'CpuPeriod', 'CpuQuota', 'CpuRealtimePeriod', 'CpuRealtimeRuntime', 'CpusetCpus', 'CpusetMems', 'Devices',
  'DeviceCgroupRules', 'DeviceRequests', 'DiskQuota', 'KernelMemory', 'KernelMemoryTCP', 'MemoryReservation', 'MemorySwap', 'MemorySwappiness', 'NanoCpus',
  'OomKillDisable', 'Init', 'PidsLimit', 'Ulimits', 'CpuCount', 'CpuPercent', 'IOMaximumIOps', 'IOMaximumBandwidth', 'Binds', 'ContainerIDFile',
  'LogConfig', 'NetworkMode', 'PortBindings', 'RestartPolicy', 'AutoRemove', 'VolumeDriver', 'VolumesFrom', 'Mounts', 'ConsoleSize', 'Annotations',
  'CapAdd', 'CapDrop', 'Capabilities', 'CgroupnsMode', 'Dns', 'DnsOptions', 'DnsSearch', 'ExtraHosts', 'GroupAdd', 'IpcMode', 'Cgroup', 'Links', 'OomScoreAdj',
  'PidMode', 'Privileged', 'PublishAllPorts', 'ReadonlyRootfs', 'SecurityOpt', 'StorageOpt', 'Tmpfs', 'UTSMode', 'UsernsMode', 'ShmSize',
  'Sysctls', 'Runtime', 'Isolation', 'MaskedPaths', 'ReadonlyPaths',
];

const lower = (names: readonly string[]): ReadonlySet<string> => new Set(names.map((name) => name.toLowerCase()));
const known = { container: lower(container), host: lower(host) };

/** What is wrong with a key of Docker's options; `undefined` if Docker knows it. Docker ignores upper and lower case. */
export function judgeDockerKey(key: string, within: 'container' | 'host'): string | undefined {
  if (known[within].has(key.toLowerCase())) return undefined;
  if (within === 'container' && known.host.has(key.toLowerCase())) return 'belongs into HostConfig; Docker ignores it here';
  const near = suggest(key, within === 'container' ? container : host);
  return `is no option of Docker${within === 'host' ? "'s HostConfig" : ''}, which ignores it${near === undefined ? '' : `; did you mean ${near}?`}`;
}
