import { isIP } from 'node:net';

const label = '[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const hostname = new RegExp(`^${label}(?:\\.${label})*$`);
const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** A DNS host name (RFC 1123), without port, scheme or trailing dot; an IP address is none. */
export function isHostname(text: string): boolean {
  return text.length <= 253 && hostname.test(text) && !/(?:^|\.)\d+$/.test(text);
}

/** An IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** `host`, `host:port`, `[v6]:port`. */
export function isHostPort(text: string): boolean {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return false;
  const port = match[2] === undefined ? 1 : Number(match[2]);
  const host = match[1]!.replace(/^\[|\]$/g, '');
  return port >= 1 && port <= 65535 && (isHostname(host) || isAddress(host));
}

/**
 * The device's own host name: at most 64 characters, labels of RFC 1035, first character a letter
 * (aziot-edged refuses others, because it puts the name into certificates).
 */
export function isDeviceHostname(text: string): boolean {
  return text.length <= 64 && /^[A-Za-z]/.test(text) && isHostname(text);
}

/** A Kubernetes DNS label (namespaces). */
export function isDnsLabel(text: string): boolean {
  return dnsLabel.test(text);
}

/** A Kubernetes DNS subdomain (Secrets, storage classes, instancetypes, PVCs). */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && dnsSubdomain.test(text);
}

/**
 * A device id of IoT Hub: 1–128 characters, case-sensitive.
 * https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-identity-registry
 */
export function isDeviceId(text: string): boolean {
  return /^[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}$/.test(text);
}

/** Users and groups that a system or the runtime's packages make themselves. */
export const SYSTEM_USERS: readonly string[] = [
  'root', 'daemon', 'bin', 'sys', 'sync', 'games', 'man', 'lp', 'mail', 'news', 'uucp', 'proxy', 'www-data', 'backup', 'list',
  'irc', 'nobody', 'messagebus', 'sshd', 'syslog', 'docker', 'sudo', 'admin', 'adm', 'disk', 'tty', 'kmem', 'shadow', 'staff',
  'iotedge', 'edgeagentuser', 'edgehubuser', 'aziotid', 'aziotks', 'aziotcs', 'aziottpm',
];

/** A login name that cloud-init can create: no user or group that a system or the runtime's packages make themselves. */
export function isLoginName(text: string): boolean {
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(text) && !SYSTEM_USERS.includes(text) && !text.startsWith('systemd');
}
