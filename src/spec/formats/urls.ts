import { isAddress, isHostname, isHostPort } from './names.js';

/**
 * Characters of URLs that get into files which a shell or systemd reads: no quotes, backslash, `$`, backtick,
 * white space, brackets with a meaning for a shell, `;`, `&`, `#`.
 */
const plain = /^https?:\/\/[A-Za-z0-9._~:/%+=,@[\]-]+$/;
/** The same with a query. */
const withQuery = /^https?:\/\/[A-Za-z0-9._~:/%+=,@[\]?&-]+$/;

export interface UrlRule {
  /** `user:password@` allowed. */
  credentials?: boolean;
  /** A path beyond `/` allowed. */
  path?: boolean;
  query?: boolean;
}

/** An `http(s)` URL whose host is a name or an address, without characters that have a meaning for a shell. */
export function isWebUrl(text: string, rule: UrlRule = {}): boolean {
  if (text.length > 2048 || !(rule.query === true ? withQuery : plain).test(text)) return false;
  const url = parse(text);
  if (url === undefined || !isHostOf(url)) return false;
  if (rule.credentials !== true && (url.username !== '' || url.password !== '' || text.includes('@'))) return false;
  return rule.path === true || url.pathname === '/' || url.pathname === '';
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isHostOf(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isHostname(host) || isAddress(host);
}

/** True if the URL has a user, a password or a signature: none of these may be in a VirtualMachine. */
export function carriesCredential(text: string): boolean {
  return /:\/\/[^/]*@/.test(text) || /[?&](?:sig|signature|token|x-amz-signature|x-goog-signature|access_token)=/i.test(text);
}

const pathPart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const reference = new RegExp(
  `^(?:([A-Za-z0-9.-]+(?::\\d{1,5})?|\\[[0-9a-fA-F:]+\\](?::\\d{1,5})?)/)?${pathPart}(?:/${pathPart})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** A container image reference: `[registry[:port]/]path[:tag][@sha256:…]`. */
export function isImageReference(text: string): boolean {
  const match = text.length <= 512 ? reference.exec(text) : null;
  return match !== null && (match[1] === undefined || isHostPort(match[1]));
}

/** Entries of a `no_proxy` list: names, `.suffix`, `*`, addresses, CIDR blocks; separated by commas. */
export function isNoProxy(text: string): boolean {
  return text.length <= 4096 && text.split(',').every((entry) => /^(?:\*|\*?\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?|[0-9a-fA-F:.[\]]+(?:\/\d{1,3})?)$/.test(entry));
}
