export { SecretValue } from './secret.js';
export type { DeviceIdentity, RenderInputs, SymmetricKeyIdentity, X509Identity } from './types.js';
export { formatConnectionString, parseConnectionString, parseServiceConnectionString } from './connection-string.js';
export type { ServiceCredential } from './connection-string.js';
export { sharedAccessSignature } from './sas.js';
export type { SignatureRequest } from './sas.js';
export { cleanText, redact, stripControl } from './redact.js';
export { readSecret } from './load-secret.js';
export type { SecretIo } from './load-secret.js';
