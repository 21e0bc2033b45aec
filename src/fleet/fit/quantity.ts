const units: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** The number of a Kubernetes quantity of any resource (`200m`, `1410Mi`, `1k`, `1e3`); 0 for anything else. */
export function amountOf(quantity: unknown): number {
  if (typeof quantity === 'number') return quantity;
  const match = typeof quantity === 'string' ? /^([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(quantity) : null;
  return match === null ? 0 : Number(match[1]) * units[match[2] ?? '']!;
}

/** `1.4 TiB`, `512 MiB`. */
export function bytesText(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const step = Math.max(0, Math.min(names.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${short(bytes / 1024 ** step)} ${names[step]}`;
}

/** `0.2`, `32`. */
export function short(value: number): string {
  return String(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
}
