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
