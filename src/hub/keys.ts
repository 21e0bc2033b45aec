import { randomBytes } from 'node:crypto';
import { SecretValue } from '../identity/secret.js';

/**
 * A key as hubs make them. This process makes it, because answers to bulk requests have no keys, and because it recognizes a device
 * as its own by it. https://learn.microsoft.com/azure/iot-hub/iot-hub-bulk-identity-mgmt (`CryptoKeyGenerator.GenerateKey(32)`) and
 * `az iot` make them so too.
 */
export function newKey(): SecretValue {
  return new SecretValue(randomBytes(32).toString('base64'));
}
