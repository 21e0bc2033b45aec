/** Seconds since the epoch at which the whole run is to have ended; `scripts/test.sh` sets it from EDGE_VM_TEST_MINUTES. */
const END_VARIABLE = 'EDGE_VM_TEST_UNTIL';

/**
 * A suite that is left out, with its reason, when fewer minutes are left than it may take on a slow machine: an emulated
 * guest takes three times as long on some. Everything runs where no end is set. The minutes of tests that run beside
 * others count what must follow them too.
 */
export function describeIfTime(minutes: number, title: string, body: () => void): void {
  const end = process.env[END_VARIABLE];
  const left = end === undefined ? Number.POSITIVE_INFINITY : (Number(end) - Date.now() / 1000) / 60;
  if (left >= minutes) {
    describe(title, body);
    return;
  }
  process.stderr.write(`left out: ${title}: it may take ${minutes} minutes with what follows, and ${Math.max(0, Math.floor(left))} are left\n`);
  describe.skip(title, body);
}
