import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { UNREAD_KEY, edgeCaProblems } from '../../../src/identity/edge-ca.js';
import { SecretValue } from '../../../src/identity/secret.js';
import { expiryOf } from '../../../src/spec/expiry.js';
import { judgeEdgeCa, judgeTrusted } from '../../../src/spec/formats/edge-ca.js';
import { judgePublicKey } from '../../../src/spec/formats/openpgp.js';
import { isSshPublicKey } from '../../../src/spec/formats/ssh-key.js';
import { siteCertificates } from '../../helpers/authority.js';
import { APT_KEY, SSH_KEY, exampleDevice } from '../render/helpers/device.js';

const { root, edgeCa, edgeCaKey, leaf, leafKey, otherKey, encryptedKeys, sec1Key, ed25519Key } = siteCertificates();
const said = (certificate: string, key: string): string[] => edgeCaProblems(certificate, new SecretValue(key)).map(({ field, message }) => `${field.slice('spec.edge.edgeCa.'.length)}: ${message}`);

describe('an edge CA', () => {
  it('is taken with its own key, in either form, and with its issuer behind it', () => {
    for (const key of [edgeCaKey, sec1Key, edgeCaKey.replaceAll('\n', '\r\n')]) assert.deepEqual(said(`${edgeCa}${root}`, key), []);
    assert.deepEqual([judgeEdgeCa(edgeCa), judgeEdgeCa(`# ours\n${edgeCa}\n${root}`)], [undefined, undefined]);
    assert.deepEqual(edgeCaProblems(edgeCa, UNREAD_KEY), []);
  });

  const wrongKeys: [string, string, RegExp][] = [
    ['the key of another', otherKey, /^key: is not the key of/],
    ['an encrypted key', encryptedKeys[0]!, /^key: is encrypted/],
    ['an encrypted key of the older form', encryptedKeys[1]!, /^key: is encrypted/],
    ['a kind of key that the identity service does not take', ed25519Key, /^key: must be an RSA or EC key; the identity service does not accept ed25519/],
    ['a certificate', edgeCa, /^key: holds no private key/],
    ['a key that is cut off', edgeCaKey.slice(0, 120), /^key: must be a private key in PEM/],
    ['a word', 'secret', /^key: must be a private key in PEM/],
    ['a key of OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n', /^key: is a key of OpenSSH/],
  ];
  for (const [name, key, words] of wrongKeys) {
    it(`is refused with ${name}, and shows none`, () => {
      const problems = said(edgeCa, key);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, words);
      assert.ok(!problems[0]!.includes('MIG') && !problems[0]!.includes('secret'));
    });
  }

  it('is refused in the wrong order', () => {
    assert.match(judgeEdgeCa(`${root}${edgeCa}`) ?? '', /number 2 did not issue number 1/);
    assert.match(said(`${root}${edgeCa}`, edgeCaKey)[0] ?? '', /^certificate: must begin with the certificate of the key/);
    assert.match(judgeEdgeCa(`${edgeCa}${leaf}`) ?? '', /number 2 did not issue number 1/);
  });

  it('is refused where it is no CA', () => {
    assert.match(judgeEdgeCa(`${leaf}${root}`) ?? '', /is no CA/);
    assert.deepEqual(said(leaf, leafKey), [], 'its key is its own');
  });
});

describe('trusted certificates', () => {
  it('are those of authorities', () => {
    assert.deepEqual([judgeTrusted(root), judgeTrusted(`${leaf}${root}`)], [undefined, undefined]);
    assert.match(judgeTrusted(leaf) ?? '', /must hold the certificate of an authority/);
    assert.match(judgeTrusted('hello') ?? '', /must be one or more PEM certificates/);
  });
});

describe('expiryOf', () => {
  const device = exampleDevice({ edge: { edgeCa: { certificate: `${edgeCa}${root}`, key: { file: 'k' } }, trustBundle: root }, guest: { caCertificates: [root] } });
  const day = 24 * 3600 * 1000;
  const fields = (now: number, kept?: Parameters<typeof expiryOf>[2]) => {
    const { problems, warnings } = expiryOf(device, now, kept);
    return [problems.map(({ field }) => field), warnings.map((one) => one.split(': ')[0])];
  };
  const all = ['spec.edge.edgeCa.certificate', 'spec.edge.trustBundle', 'spec.guest.caCertificates[0]'];

  it('warns of an edge CA that ends soon', () => {
    assert.deepEqual(fields(Date.now() + day), [[], ['spec.edge.edgeCa.certificate']]);
  });

  it('refuses what is out of date, before and after', () => {
    assert.deepEqual(fields(Date.now() + 20 * day), [all, []]);
    assert.deepEqual(fields(Date.now() - 20 * day), [all, []]);
    assert.match(expiryOf(device, Date.now() + 20 * day).problems[0]!.message, /edge-vm test edge-ca expired on \d{4}-/);
  });

  it('only warns of what a device has already', () => {
    assert.deepEqual(fields(Date.now() + 20 * day, device), [[], all]);
  });
});

describe('isSshPublicKey', () => {
  const field = (bytes: Buffer | string): Buffer => {
    const data = Buffer.from(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, data]);
  };
  const line = (type: string, ...fields: (Buffer | string)[]): string => `${type} ${Buffer.concat([type, ...fields].map(field)).toString('base64')} me@here`;
  const point = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]);
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(256, 0x81)]);

  it('takes whole keys of each type', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    for (const good of [
      SSH_KEY, line('ssh-ed25519', raw), line('ssh-rsa', Buffer.from([1, 0, 1]), modulus), line('ecdsa-sha2-nistp256', 'nistp256', point),
      line('sk-ssh-ed25519@openssh.com', raw, 'ssh:'), line('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', point, 'ssh:'),
    ]) assert.equal(isSshPublicKey(good), true, good);
  });

  it('refuses what sshd passes over', () => {
    for (const bad of [
      SSH_KEY.replace(/(\S+ \S{60})\S+/, '$1'), line('ssh-ed25519', Buffer.alloc(31)), line('ssh-ed25519', Buffer.alloc(32), 'more'), line('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(64, 1)),
      line('ecdsa-sha2-nistp256', 'nistp384', point), line('ecdsa-sha2-nistp384', 'nistp384', point), line('ssh-dss', Buffer.alloc(40)),
    ]) assert.equal(isSshPublicKey(bad), false, bad);
  });
});

describe('judgePublicKey', () => {
  const lines = APT_KEY.trim().split('\n');

  it('takes a public key, with and without headers and check sum', () => {
    assert.equal(judgePublicKey(APT_KEY), undefined);
    assert.equal(judgePublicKey(APT_KEY.replace('\n\n', '\nComment: ours\nVersion: 1\n\n')), undefined);
    assert.equal(judgePublicKey(lines.filter((one) => !one.startsWith('=')).join('\n')), undefined);
    assert.equal(judgePublicKey(APT_KEY.replaceAll('\n', '\r\n')), undefined);
  });

  const block = (bytes: Buffer): string => `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${bytes.toString('base64')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
  const wrong: [string, string, RegExp][] = [
    ['other text', 'hello', /must be one armoured/],
    ['two blocks', `${APT_KEY}${APT_KEY}`, /must be one armoured/],
    ['a frame around nothing', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBFit\n-----END PGP PUBLIC KEY BLOCK-----\n', /cut off/],
    ['a damaged line', APT_KEY.replace('A', 'B').replace('BEGIN PGP PUBLIC KEY BLOCK', 'BEGIN PGP PUBLIC KEY BLOCK').replace('mDME', 'mDMF'), /check sum|armoured/],
    ['a line that is missing', [...lines.slice(0, 3), ...lines.slice(4)].join('\n'), /check sum/],
    ['a signature in a key\'s frame', block(Buffer.from([0x88, 1, 4])), /first packet is not a public key/],
    ['a key of a version that apt cannot read', block(Buffer.from([0xc6, 1, 6])), /version 6/],
    ['a private key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlFgE\n-----END PGP PRIVATE KEY BLOCK-----\n', /is a private key/],
  ];
  for (const [name, text, words] of wrong) it(`refuses ${name}`, () => assert.match(judgePublicKey(text) ?? '', words));
});
