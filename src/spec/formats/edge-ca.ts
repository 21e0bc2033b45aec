import { readCertificates } from './pem.js';

/** Why a certificate chain is useless as an edge CA, with any key; `undefined` if it is not. */
export function judgeEdgeCa(text: string): string | undefined {
  const result = readCertificates(text);
  if ('wrong' in result) return result.wrong;
  const { certificates } = result;
  if (!certificates[0]!.ca) return 'must begin with the edge CA; the first certificate is no CA (basic constraints), so nobody accepts certificates that the runtime signs with it';
  const broken = certificates.findIndex((issuer, index) => index > 0 && !(certificates[index - 1]!.checkIssued(issuer) && certificates[index - 1]!.verify(issuer.publicKey)));
  return broken < 0 ? undefined : `must be one chain, the edge CA first and each certificate followed by its issuer; number ${broken + 1} did not issue number ${broken}`;
}

/** Why a trust bundle is useless; `undefined` if it is not. */
export function judgeTrusted(text: string): string | undefined {
  const result = readCertificates(text);
  if ('wrong' in result) return result.wrong;
  // A self-signed server certificate counts as its own root.
  if (result.certificates.some((one) => one.ca || one.checkIssued(one))) return undefined;
  return 'must hold the certificate of an authority; another authority issued these, and they are no CA, so they make nothing trusted';
}
