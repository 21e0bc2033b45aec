import { readCertificates } from './pem.js';

/** What of a certificate chain makes it useless as an edge CA, whatever its key is; `undefined` where nothing does. */
export function judgeEdgeCa(text: string): string | undefined {
  const result = readCertificates(text);
  if ('wrong' in result) return result.wrong;
  const { certificates } = result;
  if (!certificates[0]!.ca) return 'must begin with the edge CA; the first certificate is no CA (basic constraints), so that nobody accepts what the runtime signs with it';
  const broken = certificates.findIndex((issuer, index) => index > 0 && !(certificates[index - 1]!.checkIssued(issuer) && certificates[index - 1]!.verify(issuer.publicKey)));
  return broken < 0 ? undefined : `must be one chain, the edge CA first and each certificate followed by its issuer; number ${broken + 1} did not issue number ${broken}`;
}

/** What of a bundle of trusted roots makes it useless; `undefined` where nothing does. */
export function judgeTrusted(text: string): string | undefined {
  const result = readCertificates(text);
  if ('wrong' in result) return result.wrong;
  // A self-signed server certificate is trusted as its own root.
  if (result.certificates.some((one) => one.ca || one.checkIssued(one))) return undefined;
  return 'must hold the certificate of an authority; these were issued by another and are no CA, so that nothing is trusted by them';
}
