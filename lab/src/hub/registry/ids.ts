import { randomBytes } from 'node:crypto';
import { badRequest } from '../errors.js';

// https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-identity-registry#device-identity-properties
const ID = /^[A-Za-z0-9\-:.+%_#*?!(),=@$']{1,128}$/;

/** Refuses what is not a device or module id. */
export function checkId(id: string, what: 'device' | 'module'): void {
  // `;` is allowed in device ids only.
  const text = what === 'device' ? id.replaceAll(';', '-') : id;
  if (!ID.test(text)) throw badRequest(`The ${what} id '${id.slice(0, 140)}' is not valid.`);
}

/** A new ETag of an identity: base64 of a number in digits, as the service makes them. */
export function newEtag(): string {
  return Buffer.from(String(100_000_000 + (randomBytes(4).readUInt32BE() % 899_999_999))).toString('base64');
}

/** It differs between two devices that had the same id one after the other. */
export function newGenerationId(now: number): string {
  // .NET ticks: 100 ns since the year 1.
  return String(BigInt(now) * 10_000n + 621_355_968_000_000_000n + BigInt(randomBytes(2).readUInt16BE() % 10_000));
}

export function newKey(): string {
  return randomBytes(32).toString('base64');
}
