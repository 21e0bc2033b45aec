import { isAddress, isDeviceHostname, isDnsLabel, isDnsSubdomain, isHostPort, isHostname, isLoginName, SYSTEM_USERS } from '../formats/names.js';
import { judgeEdgeCa, judgeTrusted } from '../formats/edge-ca.js';
import { judgePublicKey } from '../formats/openpgp.js';
import { holdsPrivateKey } from '../formats/pem.js';
import { isSshPublicKey } from '../formats/ssh-key.js';
import { isPackageVersion, parseQuantity } from '../formats/text.js';
import { carriesCredential, isImageReference, isNoProxy, isWebUrl } from '../formats/urls.js';
import type { TextRule } from './node.js';

/** Means the parent of a nested device: https://learn.microsoft.com/azure/iot-edge/how-to-connect-downstream-iot-edge-device */
export const UPSTREAM = /^\$upstream(:\d{1,5})?\//;

/** Forms of texts that more than one field has, or that need more than a line. */

/** No control character, no line separator. */
const plainText = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$';
const label = '[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const subdomain = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const qualifiedName = `(${subdomain}/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?`;
const hostnamePattern = `^(?!(.*\\.)?[0-9]+$)${label}(\\.${label})*$`;
const address = [{ format: 'ipv4' }, { format: 'ipv6' }];

/** Name of a Kubernetes object. */
export const objectName: TextRule = { expect: 'must be a Kubernetes name: lower-case letters, digits, "-" and ".", at most 253 characters', pattern: `^${subdomain}$`, maxLength: 253 };
export const namespaceName: TextRule = { expect: 'must be a namespace: lower-case letters, digits, "-", at most 63 characters', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' };
export const labelKey: TextRule = { expect: 'must be a label key: letters, digits, "-", "_", ".", at most 63 characters, with an optional DNS prefix and "/"', pattern: `^${qualifiedName}$`, maxLength: 317 };
export const annotationKey: TextRule = { ...labelKey, expect: labelKey.expect.replace('a label key', 'an annotation key') };
export const labelValue: TextRule = { expect: 'must be a label value: empty or letters, digits, "-", "_", ".", at most 63 characters', pattern: '^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$', maxLength: 63 };
export const taintKey: TextRule = { expect: 'must be a taint key', pattern: `^$|^${qualifiedName}$`, maxLength: 317 };
export const taintValue: TextRule = { ...labelValue, expect: 'must be a taint value of at most 63 characters' };
export const anyText: TextRule = { expect: 'must be text', lines: true };
export const shortText: TextRule = { expect: 'must be text of at most 4096 bytes', pattern: plainText, maxLength: 4096, test: (value) => Buffer.byteLength(value) <= 4096 };

/** Tags are twin properties: https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-device-twins#tags-and-properties-format */
export const tagName: TextRule = {
  expect: 'must be the name of a twin tag: 1 to 1024 bytes without control characters, ".", "$" and space',
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f.$ ]+$', maxLength: 1024,
  test: (key) => Buffer.byteLength(key) <= 1024,
};

/** https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-identity-registry */
export const deviceId: TextRule = { expect: "must be a device id: 1 to 128 of letters, digits and - : . + % _ # * ? ! ( ) , = @ ; $ '", pattern: "^[A-Za-z0-9\\-:.+%_#*?!(),=@;$']{1,128}$" };
export const hubHostname: TextRule = { expect: 'must be the host name of an IoT Hub, without scheme and port', pattern: hostnamePattern, maxLength: 253, test: isHostname };
export const parentHostname: TextRule = { expect: 'must be the host name or address of the parent device', anyOf: [{ pattern: hostnamePattern, maxLength: 253 }, ...address], test: (value) => isHostname(value) || isAddress(value) };

/** aziot-edged refuses others, because it puts the name into certificates. */
export const edgeHostname: TextRule = {
  expect: 'must be a host name of at most 64 characters that begins with a letter',
  pattern: `^(?=[A-Za-z])(?!(.*\\.)?[0-9]+$)${label}(\\.${label})*$`, maxLength: 64, test: isDeviceHostname,
};

/** A quantity between two bounds, both written as quantities. */
export function quantity(example: string, least: string, most: string): TextRule {
  const [low, high] = [parseQuantity(least)!, parseQuantity(most)!];
  return {
    expect: `must be a quantity such as ${example}, from ${least} to ${most}`,
    pattern: '^[0-9]{1,15}(\\.[0-9]{1,9})?(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?$', maxLength: 32,
    testCel: `isQuantity(self) && quantity(self).compareTo(quantity('${least}')) >= 0 && quantity(self).compareTo(quantity('${most}')) <= 0`,
    test: (value) => {
      const bytes = parseQuantity(value);
      return bytes !== undefined && bytes >= low && bytes <= high;
    },
  };
}

export const packageVersion: TextRule = { expect: 'must be an exact package version such as 1.6.0-1', pattern: '^([0-9]{1,3}:)?[0-9][A-Za-z0-9.+~-]*$', maxLength: 100, test: isPackageVersion };
export const loginName: TextRule = {
  expect: 'must be a login name: lower-case letters, digits, "-", "_", at most 32 characters, and no system user',
  pattern: `^(?!(${SYSTEM_USERS.join('|')})$|systemd)[a-z_][a-z0-9_-]{0,31}$`, test: isLoginName,
};
export const fingerprint: TextRule = { expect: 'must be a fingerprint of 40 hex digits', pattern: '^( *[0-9A-Fa-f]){40} *$' };
export const duration: TextRule = { expect: 'must be a duration such as 12h or 7d', pattern: '^(?=.*[1-9])([0-9]{1,6}(s|m|h|d|w))+$', maxLength: 32 };
export const timeOfDay: TextRule = { expect: 'must be a time of day, HH:MM', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' };
export const envName: TextRule = { expect: 'must be the name of an environment variable', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,255}$' };
export const ipAddress: TextRule = { expect: 'must be an IP address', anyOf: address, test: isAddress };

const isCidr = (value: string): boolean => {
  const [host = '', bits = '', ...rest] = value.split('/');
  return rest.length === 0 && isAddress(host) && /^\d{1,3}$/.test(bits) && Number(bits) <= (host.includes(':') ? 128 : 32);
};
/** An address with its prefix length. */
export const cidr: TextRule = { expect: 'must be an address with its prefix length, such as 172.26.0.1/16', pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$', maxLength: 64, testCel: 'isCIDR(self)', test: isCidr };

const imageReference: TextRule = {
  expect: 'must be an image such as mcr.microsoft.com/azureiotedge-agent:1.5',
  pattern: '^[a-z0-9]([A-Za-z0-9._:/\\[\\]-]*[A-Za-z0-9_.-])?(@sha256:[0-9a-f]{64})?$', maxLength: 512, test: isImageReference,
};
/** The agent of a nested device may come through its parent: the daemon replaces `$upstream` with the parent's host name. */
export const agentImage: TextRule = {
  expect: `${imageReference.expect}, or $upstream:443/azureiotedge-agent:1.5 of a nested device`,
  anyOf: [{ pattern: imageReference.pattern }, { pattern: '^\\$upstream(:[0-9]{1,5})?/[a-z0-9][A-Za-z0-9._:/@-]*$' }], maxLength: 512,
  test: (value) => isImageReference(value.replace(UPSTREAM, 'upstream$1/')),
};
export const hostPort: TextRule = { expect: 'must be HOST[:PORT] of a registry, without https://', pattern: '^(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?$', test: isHostPort };

/** Root disk source: registry image, HTTP image, or a PVC to clone. */
function isImageSource(value: string): boolean {
  if (value.startsWith('docker://')) return isImageReference(value.slice('docker://'.length));
  const pvc = /^pvc:(?:([^/]+)\/)?([^/]+)$/.exec(value);
  if (pvc !== null) return (pvc[1] === undefined || isDnsLabel(pvc[1])) && isDnsSubdomain(pvc[2]!);
  return isWebUrl(value, { path: true, query: true });
}

export const imageSource: TextRule = {
  expect: 'must be docker://IMAGE, https://URL, http://URL or pvc:[NAMESPACE/]NAME',
  anyOf: [
    { pattern: '^docker://[a-z0-9]([A-Za-z0-9._:/\\[\\]-]*[A-Za-z0-9_.-])?(@sha256:[0-9a-f]{64})?$' },
    { pattern: '^https?://[A-Za-z0-9\\[][A-Za-z0-9._~:/%+=,\\[\\]?&-]*$' },
    { pattern: `^pvc:([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/)?${subdomain}$` },
  ],
  not: { pattern: '[?&](sig|signature|token|access_token)=' }, maxLength: 2048,
  judge: (value) => (carriesCredential(value) ? 'must not carry a user, password or signature: it becomes part of the VirtualMachine, which many may read' : undefined),
  test: isImageSource,
};

export const proxyUrl: TextRule = {
  expect: 'must be http://HOST[:PORT] without a path, with USER:PASSWORD@ before HOST where it wants a login; characters that a shell reads must be percent-encoded',
  pattern: '^http(s)?://([A-Za-z0-9._~%+=,:-]*@)?[A-Za-z0-9\\[][A-Za-z0-9._:\\[\\]-]*/?$', maxLength: 2048,
  test: (value) => isWebUrl(value, { credentials: true }),
};
export const noProxy: TextRule = {
  expect: 'must be a comma-separated list of names, .suffixes, addresses and CIDR blocks without spaces',
  pattern: '^(\\*|[A-Za-z0-9.*:\\[\\]/_-]+)(,(\\*|[A-Za-z0-9.*:\\[\\]/-]+))*$', maxLength: 4096, test: isNoProxy,
};
export const aptUri: TextRule = {
  expect: 'must be an http:// or https:// URL without user, password and query',
  pattern: '^https?://[A-Za-z0-9\\[][A-Za-z0-9._~:/%+=,\\[\\]-]*$', maxLength: 2048, test: (value) => isWebUrl(value, { path: true }),
};
export const keyUrl: TextRule = {
  expect: 'must be an http:// or https:// URL',
  pattern: '^https?://[A-Za-z0-9\\[][A-Za-z0-9._~:/%+=,\\[\\]?&-]*$', maxLength: 2048, test: (value) => isWebUrl(value, { path: true, query: true }),
};

const noPrivateKey = { pattern: 'PRIVATE KEY' };

/** PEM certificates of authorities that are trusted, by their text, in a file or here. */
export const certificates: TextRule = {
  expect: 'must be PEM certificates, or the path of a file with them',
  minLength: 1, not: noPrivateKey, lines: true,
  inline: { expect: 'must be the text of PEM certificates, not a path', pattern: '-----BEGIN CERTIFICATE-----' },
  judge: judgeTrusted,
};
/** The chain of an edge CA. */
export const edgeCaChain: TextRule = { ...certificates, judge: judgeEdgeCa };
export const sshKey: TextRule = {
  expect: 'must be an OpenSSH public key line such as "ssh-ed25519 AAAA… name" without options',
  minLength: 1, maxLength: 16_384, pattern: plainText, not: noPrivateKey,
  inline: { expect: 'must be an OpenSSH public key line such as "ssh-ed25519 AAAA… name" without options, not a path', pattern: '^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\\u0000-\\u001f]*)?$' },
  judge: (value) => (holdsPrivateKey(value) ? 'is a private key; give the public one (the .pub file)' : undefined),
  test: isSshPublicKey,
};
export const openPgpKey: TextRule = { expect: 'must be one armoured OpenPGP public key block', pattern: '-----BEGIN PGP PUBLIC KEY BLOCK-----', lines: true, judge: judgePublicKey };
export const secretPath: TextRule = { expect: 'must be a path, or "-" for standard input', minLength: 1, pattern: plainText, not: { pattern: '-----BEGIN' }, test: (value) => value !== '' && !value.includes('-----BEGIN') };
