const armour = /^\s*-----BEGIN PGP PUBLIC KEY BLOCK-----[\t ]*\r?\n([\t\r\n\u0020-\u007e]*?)\n-----END PGP PUBLIC KEY BLOCK-----\s*$/;
/** Packet of a primary public key: RFC 9580, section 5. */
const publicKeyTag = 6;

/**
 * The problem of an armoured OpenPGP public key; `undefined` if it has none. If the text only looks like a key, or is cut off, apt in the
 * guest refuses it with every source that it signs. Armour and packets: RFC 9580, sections 6 and 4.2.
 */
export function judgePublicKey(text: string): string | undefined {
  const wanted = 'must be one armoured OpenPGP public key block';
  if (/-----BEGIN PGP PRIVATE KEY BLOCK-----/.test(text)) return 'is a private key; give the public one (gpg --armor --export)';
  const body = armour.exec(text)?.[1];
  if (body === undefined || body.includes('-----')) return wanted;
  const lines = body.split(/\r?\n/).map((line) => line.trim());
  // Headers such as `Comment:` end with an empty line.
  const data = lines.slice(/^[A-Za-z]+: /.test(lines[0] ?? '') ? lines.indexOf('') + 1 : 0).filter((line) => line !== '');
  const check = data.at(-1)?.startsWith('=') === true ? data.pop() : undefined;
  const base64 = data.join('');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return `${wanted}; its lines are not base64`;
  const bytes = Buffer.from(base64, 'base64');
  if (check !== undefined && Buffer.from(check.slice(1), 'base64').readUIntBE(0, 3) !== crc24(bytes)) return `${wanted}; it is damaged: its check sum does not fit`;
  const packet = firstPacket(bytes);
  if (packet === undefined) return `${wanted}; it is cut off`;
  if (packet.tag !== publicKeyTag) return `${wanted}; its first packet is not a public key`;
  return packet.version === 4 ? undefined : `must be a public key of version 4; apt in the guest cannot read version ${packet.version}`;
}

/** Tag and version of the first packet; `undefined` if it is incomplete. */
function firstPacket(bytes: Buffer): { tag: number; version: number } | undefined {
  const head = bytes[0] ?? 0;
  const isNew = (head & 0x40) !== 0;
  const place = isNew ? newLength(bytes) : oldLength(bytes, head & 3);
  if ((head & 0x80) === 0 || place === undefined || place.start + place.length > bytes.length || place.length === 0) return undefined;
  return { tag: isNew ? head & 0x3f : (head >> 2) & 0x0f, version: bytes[place.start]! };
}

interface Extent {
  start: number;
  length: number;
}

function newLength(bytes: Buffer): Extent | undefined {
  const first = bytes[1] ?? 0;
  if (first < 192) return { start: 2, length: first };
  if (first < 224) return { start: 3, length: ((first - 192) << 8) + (bytes[2] ?? 0) + 192 };
  return first === 255 && bytes.length >= 6 ? { start: 6, length: bytes.readUInt32BE(2) } : undefined;
}

function oldLength(bytes: Buffer, kind: number): Extent | undefined {
  const size = [1, 2, 4][kind];
  return size === undefined || bytes.length <= size ? undefined : { start: 1 + size, length: bytes.readUIntBE(1, size) };
}

function crc24(bytes: Buffer): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}
