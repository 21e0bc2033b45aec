export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** True if a program reads stdout. Then only the object may be there. */
export function isMachine(format: OutputFormat | undefined): format is 'json' | 'yaml' {
  return format === 'json' || format === 'yaml';
}

/** The object as JSON or YAML text, without a final line end. */
export async function formatObject(value: unknown, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return JSON.stringify(value, null, 2);
  const { dump } = await import('js-yaml');
  return dump(value, { lineWidth: -1, noRefs: true }).trimEnd();
}

/** Seconds for people: `0.4 s`, `12 s`, `1 min`, `3 min 05 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')} s`}`;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration in Go's form, as in kubectl: `90s`, `15m`, `1h30m`; a bare number is seconds. In milliseconds. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const whole = parts.map((part) => part[0]).join('') === text;
  const total = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : parts.reduce((sum, part) => sum + Number(part[1]) * units[part[2]!]!, whole ? 0 : Number.NaN);
  return total > 0 ? total : undefined;
}
