import { BlockList, isIP } from 'node:net';
import { parseProxy, type Proxy } from './proxy.js';

/** Variables by their name, as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The destination of a connection. */
export interface Destination {
  secure: boolean;
  /** Name or address, without brackets. */
  host: string;
  port: number;
}

/**
 * The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name for a destination; the lower-case names count if the
 * upper-case ones are not set. The rules are those of Go's clients, for example kubectl (golang.org/x/net/http/httpproxy):
 * connections to loopback never use a proxy. Throws `invalid-input` for a value that is no proxy.
 */
export function proxyOfEnvironment(to: Destination, env: Env): Proxy | undefined {
  const name = to.secure ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const field = name.find((one) => (env[one] ?? '') !== '');
  if (field === undefined || isExempt(to, env)) return undefined;
  return parseProxy(env[field]!.trim(), field);
}

function isExempt({ host, port }: Destination, env: Env): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || isLoopback(name)) return true;
  const list = [env['NO_PROXY'], env['no_proxy']].find((one) => (one ?? '') !== '') ?? '';
  return list.toLowerCase().split(',').map((entry) => entry.trim()).some((entry) => entry !== '' && covers(entry, name, String(port)));
}

function isLoopback(host: string): boolean {
  return inNetwork('127.0.0.0', 8, host) || inNetwork('::1', 128, host);
}

/** One entry of `NO_PROXY`: `*`, an address or a network, a name with all names below it (`.name`: only these), each with a port or without. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const cidr = /^([^/]+)\/(\d{1,3})$/.exec(entry);
  if (cidr !== null && isIP(cidr[1]!) !== 0) return inNetwork(cidr[1]!, Number(cidr[2]), host);
  const withPort = /^\[(.*)\]:(\d*)$/.exec(entry) ?? /^([^:]*):([^:]*)$/.exec(entry);
  const [, name = entry, wantedPort = ''] = withPort ?? [];
  if (name === '' || (wantedPort !== '' && wantedPort !== port)) return false;
  if (isIP(name) !== 0) return inNetwork(name, isIP(name) === 4 ? 32 : 128, host);
  if (isIP(host) !== 0) return false;
  const suffix = name.replace(/^\*\./, '.');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function inNetwork(address: string, bits: number, host: string): boolean {
  const family = (one: string): 'ipv4' | 'ipv6' => (isIP(one) === 4 ? 'ipv4' : 'ipv6');
  if (isIP(host) === 0 || bits > (isIP(address) === 4 ? 32 : 128)) return false;
  const network = new BlockList();
  network.addSubnet(address, bits, family(address));
  return network.check(host, family(host));
}
