const types = new Set([
  'ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com',
]);

/** One OpenSSH public key line, `type base64 [comment]`: the type is one that sshd accepts and the data says the same. */
export function isSshPublicKey(line: string): boolean {
  if (line.length > 16384 || /[^\u0020-\u007e\u00a0-\uffff]/.test(line)) return false;
  const [type, data] = line.split(' ');
  if (type === undefined || data === undefined || !types.has(type) || !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(data)) return false;
  const blob = Buffer.from(data, 'base64');
  return blob.readUInt32BE(0) === type.length && blob.toString('latin1', 4, 4 + type.length) === type;
}
