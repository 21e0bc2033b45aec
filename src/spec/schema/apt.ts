import { aptUri, fingerprint, keyUrl, openPgpKey } from './formats.js';
import { boolean, list, object, text, type FlagFacts, type Rule } from './node.js';

const flag = (flags: string): FlagFacts => ({ flags, group: 'Package sources' });
const isFlat = (source: Readonly<Record<string, unknown>> | undefined): boolean => typeof source?.['suite'] === 'string' && source['suite'].endsWith('/');

const sourceRule: Rule = (source, report) => {
  const { components } = source;
  if (isFlat(source) && Array.isArray(components) && components.length > 0) report('components', 'must be absent for a flat repository (a suite that ends with "/")', undefined, 'conflict');
  if (!isFlat(source) && Array.isArray(components) && components.length === 0) report('components', 'must name at least one component, unless the suite is a folder that ends with "/"', undefined, 'conflict');
  const ways = ['keyFile', 'key', 'keyUrl', 'trusted'].filter((key) => source[key] !== undefined && source[key] !== false);
  if (ways.length !== 1) report('', `must have exactly one of key (or keyFile), keyUrl, trusted; it has ${ways.length === 0 ? 'none' : ways.join(' and ')}`, undefined, ways.length === 0 ? 'missing' : 'conflict');
  if (source['keyUrl'] !== undefined && source['keyFingerprint'] === undefined) report('keyFingerprint', 'is missing: a key from keyUrl needs a fingerprint to be trusted', undefined, 'missing');
};

/** `spec.guest.apt`. */
export const apt = object({
  help: 'Package sources',
  fields: {
    mirror: text({ help: 'Mirror of the distribution', ...aptUri, secret: true, defaultText: "the image's", flag: flag('--apt-mirror <url>'), example: { value: 'http://mirror.example.com/ubuntu' } }),
    edgeSource: object({
      help: 'Package source of aziot-edge, aziot-identity-service and moby-engine',
      detail: 'Exactly one of `key` (or its file, `keyFile`), `keyUrl`, `trusted`.',
      defaultText: 'packages.microsoft.com', name: 'AptSource',
      alternatives: [['keyFile', 'key'], ['keyUrl', 'keyFingerprint'], ['trusted']],
      rules: [sourceRule],
      cel: [
        { rule: '[has(self.key), has(self.keyUrl), has(self.trusted) && self.trusted].filter(given, given).size() == 1', message: 'must have exactly one of key, keyUrl, trusted' },
        { rule: 'has(self.keyUrl) ? has(self.keyFingerprint) : true', message: 'is missing: a key from keyUrl needs a fingerprint to be trusted', fieldPath: '.keyFingerprint' },
        { rule: "!has(self.suite) || !self.suite.endsWith('/') || !has(self.components) || self.components.size() == 0", message: 'must be absent for a flat repository (a suite that ends with "/")', fieldPath: '.components' },
        { rule: "(has(self.suite) && self.suite.endsWith('/')) || !has(self.components) || self.components.size() > 0", message: 'must name at least one component, unless the suite is a folder that ends with "/"', fieldPath: '.components' },
      ],
      schema: {
        dependentRequired: { keyUrl: ['keyFingerprint'] },
        oneOf: [{ required: ['keyFile'] }, { required: ['key'] }, { required: ['keyUrl'] }, { required: ['trusted'], properties: { trusted: { const: true } } }],
      },
      fields: {
        uri: text({ help: 'Address of the package source', ...aptUri, secret: true, required: true, flag: flag('--edge-apt-source <url>'), example: { value: 'https://mirror.example.com/microsoft/ubuntu/24.04/prod' } }),
        suite: text({ help: 'Suite; ./ for a flat repository', expect: 'must be a suite such as noble, or a folder such as ./', pattern: '^[A-Za-z0-9.][A-Za-z0-9._/-]{0,127}$', defaultText: "the template's (noble, jammy, bookworm)", flag: flag('--edge-apt-suite <suite>'), example: { value: 'noble' } }),
        components: list({
          help: 'Components; none for a flat repository', most: 20, unique: true, default: ['main'], defaultUnless: ([source]) => isFlat(source), flag: flag('--edge-apt-component <name>'), example: { value: ['main'] },
          of: text({ help: 'Component', expect: 'must be a component such as main', pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$' }),
        }),
        keyUrl: text({ help: 'URL from which the guest fetches the key that signs the source', detail: 'Needs `keyFingerprint`.', ...keyUrl, secret: true, flag: flag('--edge-apt-key-url <url>'), example: { value: 'https://mirror.example.com/keys/mirror.asc' } }),
        keyFingerprint: text({ help: 'Fingerprint of that key: 40 hex digits', detail: 'The guest checks the key before it trusts it.', ...fingerprint, flag: flag('--edge-apt-key-fingerprint <hex>'), example: { value: '6E7FFE7C7D7DB369B31BF8573CE169A24AD5CD99' } }),
        keyFile: text({ help: 'Path of the armoured public key that signs the source', expect: 'must be the path of a file', minLength: 1, secret: true, file: { kind: 'only', into: 'key' }, flag: flag('--edge-apt-key <file>'), example: { value: 'files/mirror.asc', off: true } }),
        key: text({ help: 'The armoured public key that signs the source', ...openPgpKey, secret: true, example: { value: '-----BEGIN PGP PUBLIC KEY BLOCK----- …', off: true } }),
        trusted: boolean({ help: 'Use the source without a signature; for a lab only', flag: flag('--edge-apt-trusted'), example: { value: true, off: true } }),
      },
    }),
  },
});
