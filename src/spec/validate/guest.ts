import type { Check } from './engine.js';
import { at, bool, integer, list, object, oneOf, required, text } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { certificates } from './common.js';
import { plainMapping } from './plain-data.js';
import { isAddress, isLoginName } from '../formats/names.js';
import { holdsPrivateKey, isArmouredPublicKey } from '../formats/pem.js';
import { isSshPublicKey } from '../formats/ssh-key.js';
import { isFingerprint, isPackageVersion } from '../formats/text.js';
import { isNoProxy, isWebUrl } from '../formats/urls.js';

export const packageVersion = text({ expect: 'must be an exact package version such as 1.6.0-1', test: isPackageVersion });

const sshKeyLine = text({ expect: 'must be an OpenSSH public key line such as "ssh-ed25519 AAAA… name" without options', test: isSshPublicKey });

const sshKey: Check = (value, field, report) => {
  if (typeof value === 'string' && holdsPrivateKey(value)) report({ field, message: 'is a private key; give the public one (the .pub file)' });
  else sshKeyLine(value, field, report);
};

const proxyUrl = text({
  expect: 'must be http://HOST[:PORT] without a path, with USER:PASSWORD@ before HOST where it wants a login; characters that a shell reads must be percent-encoded',
  test: (value) => isWebUrl(value, { credentials: true }),
});

const aptUri = text({ expect: 'must be an http:// or https:// URL without user, password and query', test: (value) => isWebUrl(value, { path: true }) });

const sourceFields = object({
  uri: required(aptUri),
  suite: text({ expect: 'must be a suite such as noble, or a folder such as ./', test: (value) => /^[A-Za-z0-9.][A-Za-z0-9._/-]{0,127}$/.test(value) }),
  components: list(text({ expect: 'must be a component such as main', test: (value) => /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/.test(value) }), { most: 20, unique: true }),
  keyFile: text({ expect: 'is the path of a key; load it first (key holds its text)', test: () => false }),
  key: text({ expect: 'must be one armoured OpenPGP public key block', test: isArmouredPublicKey, lines: true, secret: true }),
  keyUrl: text({ expect: 'must be an http:// or https:// URL', test: (value) => isWebUrl(value, { path: true, query: true }) }),
  keyFingerprint: text({ expect: 'must be a fingerprint of 40 hex digits', test: isFingerprint }),
  trusted: bool,
});

const aptSource: Check = (value, field, report) => {
  sourceFields(value, field, report);
  if (!isMapping(value)) return;
  const flat = typeof value['suite'] === 'string' && value['suite'].endsWith('/');
  const { components } = value;
  if (flat && Array.isArray(components) && components.length > 0) report({ field: at(field, 'components'), message: 'must be absent for a flat repository (a suite that ends with "/")' });
  if (!flat && Array.isArray(components) && components.length === 0) report({ field: at(field, 'components'), message: 'must name at least one component, unless the suite is a folder that ends with "/"' });
  const ways = ['key', 'keyUrl', 'trusted'].filter((key) => value[key] !== undefined && value[key] !== false);
  if (ways.length !== 1 && value['keyFile'] === undefined) report({ field, message: `must have exactly one of key (or keyFile), keyUrl, trusted; it has ${ways.length === 0 ? 'none' : ways.join(' and ')}` });
  if (value['keyUrl'] !== undefined && value['keyFingerprint'] === undefined) report({ field: at(field, 'keyFingerprint'), message: 'is missing: a key from keyUrl is trusted by its fingerprint only' });
};

const networkData: Check = (value, field, report) => {
  plainMapping(value, field, report);
  if (!isMapping(value)) return;
  const inner = isMapping(value['network']) ? value['network'] : value;
  if (inner['version'] !== 2) report({ field: at(field, 'version'), message: 'must be 2 (network-data of cloud-init, version 2)' });
};

/** `spec.guest`. */
export const guest = object({
  engine: required(oneOf(['moby', 'docker'])),
  engineVersion: packageVersion,
  user: required(text({ expect: 'must be a login name: lower-case letters, digits, "-", "_", at most 32 characters, and no system user', test: isLoginName })),
  sshKeys: list(sshKey, { most: 100 }),
  proxy: object({
    http: proxyUrl,
    https: proxyUrl,
    noProxy: text({ expect: 'must be a comma-separated list of names, .suffixes, addresses and CIDR blocks without spaces', test: isNoProxy }),
  }),
  apt: object({ mirror: aptUri, edgeSource: aptSource }),
  caCertificates: list(certificates, { most: 100 }),
  docker: object({
    mtu: integer(576, 65_535),
    dns: list(text({ expect: 'must be an IP address', test: isAddress }), { least: 1, most: 10, unique: true }),
    logMaxSize: text({ expect: 'must be a size such as 10m (k, m or g)', test: (value) => /^[1-9]\d{0,5}[kmg]$/.test(value) }),
    logMaxFiles: integer(1, 1000),
  }),
  cloudConfigFile: text({ expect: 'is the path of a file; load it first (cloudConfig holds it)', test: () => false }),
  cloudConfig: plainMapping,
  networkData,
});
