import { at } from '../spec/validate/path.js';
import { isMapping, type Mapping } from '../support/plain.js';
import type { Report } from '../spec/validate/report.js';

/** https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-module-twins#module-twin-size */
const most = { bytes: 32 * 1024, keyBytes: 1024, textBytes: 4096, depth: 10, integer: 4_503_599_627_370_495 };
const badKey = /[\u0000-\u001f\u007f-\u009f.$ ]/;

/** Reports what the desired properties of a twin cannot hold. No value is shown: it may be a password. */
export function checkTwinLimits(desired: Mapping, field: string, report: Report): void {
  walk(desired, field, 1, report);
  const bytes = sizeOf(desired);
  if (bytes > most.bytes) report({ kind: 'invalid', field, message: `may have at most ${most.bytes} bytes (the limit of a twin's desired properties)`, got: `${bytes} bytes` });
}

function walk(value: unknown, field: string, depth: number, report: Report): void {
  if (isMapping(value) || Array.isArray(value)) {
    if (depth > most.depth) return report({ kind: 'invalid', field, message: `is deeper than ${most.depth} levels, which a twin cannot hold` });
    if (Array.isArray(value)) return value.forEach((entry, index) => {
      if (entry === null) report({ kind: 'invalid', field: `${field}[${index}]`, message: 'is null, which a list in a twin cannot hold' });
      else walk(entry, `${field}[${index}]`, depth + 1, report);
    });
    for (const [key, entry] of Object.entries(value)) {
      const own = at(field, key);
      if (key === '' || badKey.test(key) || Buffer.byteLength(key) > most.keyBytes) report({ kind: 'invalid', field: own, message: `the key must have 1 to ${most.keyBytes} bytes without ".", "$", space and control characters, as in each twin` });
      walk(entry, own, depth + 1, report);
    }
  } else if (typeof value === 'string') {
    const bytes = Buffer.byteLength(value);
    if (bytes > most.textBytes) report({ kind: 'invalid', field, message: `may have at most ${most.textBytes} bytes, as each text in a twin`, got: `${bytes} bytes` });
  } else if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > most.integer) {
    report({ kind: 'invalid', field, message: `must be from -${most.integer} to ${most.integer}, as each whole number in a twin`, got: String(value) });
  }
}

/** Bytes as the hub counts them: keys and texts by length, numbers 8, booleans 4. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 4;
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + sizeOf(entry), 0);
  if (!isMapping(value)) return 0;
  return Object.entries(value).reduce((sum, [key, entry]) => sum + Buffer.byteLength(key) + sizeOf(entry), 0);
}
