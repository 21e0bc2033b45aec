/** Pure checks of single values. Each returns whether a text has the shape; the words for people are in `../validate`. */

/** C0, DEL and C1 control codes, line separators included: none of them may get into a line-based file in the guest. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** True when the text holds a control character or a line break. */
export function hasControl(text: string): boolean {
  return control.test(text);
}

/** Kubernetes quantities: number and suffix to bytes; `undefined` if the text is no quantity (milli-bytes are not accepted). */
export function parseQuantity(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (unit[match[2] ?? ''] ?? 1);
}

const unit: Record<string, number> = {
  k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** A Debian package version such as `1.6.0-1` or `5:28.1.1-1~ubuntu.24.04`. */
export function isPackageVersion(text: string): boolean {
  return text.length <= 100 && /^(?:\d{1,3}:)?\d[A-Za-z0-9.+~-]*$/.test(text);
}

/** An OpenPGP version 4 fingerprint: 40 hex digits, spaces allowed. */
export function isFingerprint(text: string): boolean {
  return /^[0-9A-Fa-f]{40}$/.test(text.replaceAll(' ', ''));
}

/** A duration as the daemon reads it: `30m`, `12h`, `7d`, `1d12h`. */
export function isDuration(text: string): boolean {
  return text.length <= 32 && /^(?:\d{1,6}(?:s|m|h|d|w))+$/.test(text) && /[1-9]/.test(text);
}

/** `HH:MM`, 24 hours. */
export function isTimeOfDay(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** Name of an environment variable. */
export function isEnvName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(text);
}
