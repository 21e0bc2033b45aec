export { APT_KEY, EDGE_CA } from '../render/helpers/device.js';

/** A self-signed CA certificate, made for these tests; its key was thrown away. */
export const CA = `-----BEGIN CERTIFICATE-----
MIIBjjCCATWgAwIBAgIUIi4YCjX2ePtk7hM8C1j9dRSfJRowCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZWRnZS12bSB0ZXN0IHJvb3QwIBcNMjYxMTIxMTIxNzM5WhgP
MjEyNjEwMjgxMjE3MzlaMBwxGjAYBgNVBAMMEWVkZ2Utdm0gdGVzdCByb290MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9+DypCCKKM682+EWkzy2i9tjkFXRHjwR
60ZY6XdueT6I0+AxaqLb6fu7mAogpCBJF+Ig/CInQAiAWtlGvVSJvqNTMFEwHQYD
VR0OBBYEFF3ecAnMX1ebVAaV9/rk6mOQz7XuMB8GA1UdIwQYMBaAFF3ecAnMX1eb
VAaV9/rk6mOQz7XuMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIg
dJhnLftxy0mfUrrcmu/RP7xdg1WtSqIE88k2IlOWIT0CIAyYdmNcqgPuyDgac/sc
dfLzMmUF0ndmLIumHwQ/HUlD
-----END CERTIFICATE-----
`;

export const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICO3UFKZzzt/4qp7SwpVVa619zuM7wTsqoefUmE62Qql test';

/** Looks like a private key, is none. */
export const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${'Q2FuYXJ5S2V5'.repeat(4)}\n-----END PRIVATE KEY-----\n`;

export const FINGERPRINT = 'BC52 8686 B50D 79E3 39D3 721C EB3E 94AD BE12 29CF';
