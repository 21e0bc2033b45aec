/** A clock may be wrong by so many seconds: hubs accept some minutes. */
const harmless = 300;

/** A signature has a date of this machine's clock. If that clock differs from the hub's (`date`: its header), these are the words for it. */
export function clockSkew(date: string | undefined, now: number): { words: string; hint: string } | undefined {
  const seconds = date === undefined ? Number.NaN : Math.round((now - Date.parse(date)) / 1000);
  if (!(Math.abs(seconds) > harmless)) return undefined;
  return {
    words: `the clock of this machine is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the hub's; so every key fails`,
    hint: 'Set the clock of this machine (timedatectl shows it), then do it again',
  };
}
