/** By type: the number of fields behind the type's name, and their form. */
const types: ReadonlyMap<string, (fields: Buffer[]) => boolean> = new Map([
  ['ssh-ed25519', ([key, ...more]: Buffer[]) => key?.length === 32 && more.length === 0],
  ['ssh-rsa', ([exponent, modulus, ...more]: Buffer[]) => exponent !== undefined && modulus !== undefined && modulus.length >= 128 && more.length === 0],
  ...['nistp256', 'nistp384', 'nistp521'].map((curve): [string, (fields: Buffer[]) => boolean] => [`ecdsa-sha2-${curve}`, ([name, point, ...more]) => isPoint(curve, name, point) && more.length === 0]),
  ['sk-ssh-ed25519@openssh.com', ([key, application, ...more]: Buffer[]) => key?.length === 32 && application !== undefined && more.length === 0],
  ['sk-ecdsa-sha2-nistp256@openssh.com', ([name, point, application, ...more]: Buffer[]) => isPoint('nistp256', name, point) && application !== undefined && more.length === 0],
]);

const coordinate: Readonly<Record<string, number>> = { nistp256: 32, nistp384: 48, nistp521: 66 };

function isPoint(curve: string, name: Buffer | undefined, point: Buffer | undefined): boolean {
  return name?.toString('latin1') === curve && point?.length === 1 + 2 * coordinate[curve]! && point[0] === 4;
}

/**
 * One OpenSSH public key line, `type base64 [comment]`: sshd accepts the type, and the data is a complete key of that type.
 * sshd ignores a line that is cut off, and reports nothing.
 */
export function isSshPublicKey(line: string): boolean {
  if (line.length > 16384 || /[^\u0020-\u007e\u00a0-\uffff]/.test(line)) return false;
  const [type, data] = line.split(' ');
  const check = types.get(type ?? '');
  if (check === undefined || data === undefined || !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(data)) return false;
  const [name, ...fields] = fieldsOf(Buffer.from(data, 'base64')) ?? [];
  return name?.toString('latin1') === type && check(fields);
}

/** RFC 4251, section 5: each field is a length of four bytes and so many bytes. `undefined` if they do not fill the data. */
function fieldsOf(data: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < data.length) {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + data.readUInt32BE(at);
    if (end > data.length) return undefined;
    fields.push(data.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
