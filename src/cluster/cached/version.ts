/**
 * Compares two resourceVersions of one type. Kubernetes promises the order of decimal versions (KEP-5504); any other
 * text has no order, and the answer is `undefined`.
 */
export function isNewer(a: string | undefined, b: string | undefined): boolean | undefined {
  if (!isOrdered(a) || !isOrdered(b)) return undefined;
  return a.length === b.length ? a > b : a.length > b.length;
}

/** A version with an order: a decimal number without a leading zero. */
export function isOrdered(version: string | undefined): version is string {
  return version !== undefined && /^(?:0|[1-9]\d*)$/.test(version);
}
