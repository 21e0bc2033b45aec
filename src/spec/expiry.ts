import type { Problem } from '../support/errors.js';
import { readCertificates } from './formats/pem.js';
import type { EdgeDevice, EdgeDeviceInput } from './types.js';

/** Problems and warnings from the dates of a device's certificates at one time. */
export interface ExpiryFindings {
  problems: Problem[];
  /** As those of `deviceWarnings`. */
  warnings: string[];
}

const day = 24 * 3600 * 1000;
const soonDays = 30;

/**
 * Refuses certificates that are useless today: an edge CA with an expired certificate, or a trust bundle in which all are
 * expired. If the device already has them (`kept`), it only warns, so that other fields can still be changed.
 *
 * @param now milliseconds since the epoch.
 */
export function expiryOf({ spec }: EdgeDevice, now: number, kept?: EdgeDeviceInput): ExpiryFindings {
  const found: ExpiryFindings = { problems: [], warnings: [] };
  const old = kept?.spec;
  const refuse = (field: string, message: string, isOld: boolean): void => {
    if (isOld) found.warnings.push(`${field}: ${message}`);
    else found.problems.push({ kind: 'invalid', field, message });
  };
  const { edgeCa, trustBundle } = spec.edge;
  if (edgeCa !== undefined) {
    const field = 'spec.edge.edgeCa.certificate';
    const bad = datesOf(edgeCa.certificate, now).find(({ wrong }) => wrong !== undefined);
    const left = Math.min(...datesOf(edgeCa.certificate, now).map(({ days }) => days));
    if (bad !== undefined) refuse(field, `${bad.name} ${bad.wrong}: downstream devices would refuse the gateway`, edgeCa.certificate === old?.edge?.edgeCa?.certificate);
    else if (left <= soonDays) found.warnings.push(`${field}: expires in ${left} days; renew it before`);
  }
  const trusted: [string, string, boolean][] = [
    ...(trustBundle === undefined ? [] : [['spec.edge.trustBundle', trustBundle, trustBundle === old?.edge?.trustBundle] as [string, string, boolean]]),
    ...(spec.guest.caCertificates ?? []).map((text, index): [string, string, boolean] => [`spec.guest.caCertificates[${index}]`, text, old?.guest?.caCertificates?.includes(text) === true]),
  ];
  for (const [field, text, isOld] of trusted) {
    const dates = datesOf(text, now);
    if (dates.length > 0 && dates.every(({ wrong }) => wrong !== undefined)) refuse(field, `${dates.length === 1 ? dates[0]!.name : 'every certificate'} ${dates.length === 1 ? dates[0]!.wrong : 'is out of date'}`, isOld);
  }
  return found;
}

interface Dates {
  name: string;
  wrong: string | undefined;
  /** Whole days until it expires. */
  days: number;
}

function datesOf(text: string, now: number): Dates[] {
  const result = readCertificates(text);
  if ('wrong' in result) return [];
  return result.certificates.map(({ subject, validFrom, validTo }) => {
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    const date = (at: number): string => new Date(at).toISOString().slice(0, 10);
    const wrong = to < now ? `expired on ${date(to)}` : from > now ? `is valid from ${date(from)} only` : undefined;
    return { name: /CN=([^\n]+)/.exec(subject ?? '')?.[1] ?? 'the certificate', wrong, days: Math.floor((to - now) / day) };
  });
}
