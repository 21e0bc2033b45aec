/** Seconds by which a clock may be wrong without harm: hubs allow for some minutes. */
const harmless = 300;

/** A signature is only as good as the clock that dated it: what to say where this machine's differs from the hub's (`date`: its header). */
export function clockSkew(date: string | undefined, now: number): { words: string; hint: string } | undefined {
  const seconds = date === undefined ? Number.NaN : Math.round((now - Date.parse(date)) / 1000);
  if (!(Math.abs(seconds) > harmless)) return undefined;
  return {
    words: `the clock of this machine is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the hub's, which makes every key fail`,
    hint: 'Set the clock of this machine (timedatectl shows it), then do it again',
  };
}
