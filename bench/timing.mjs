// Wall time of whole processes. They run in turn (A B C A B C …), so that a slow moment of the machine affects all of them.
import { spawnSync } from 'node:child_process';

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function once(command) {
  const from = process.hrtime.bigint();
  const { status, error } = spawnSync(command.file, command.args, { stdio: 'ignore', env: { ...process.env, ...command.env } });
  if (error) throw new Error(`${command.name}: ${error.message}`);
  if (status !== 0) throw new Error(`${command.name} ended with exit code ${status}`);
  return Number((process.hrtime.bigint() - from) / 1000n) / 1000;
}

/**
 * @param {{name: string, file: string, args: string[], env?: Record<string, string>}[]} commands the first one is the base of the ratios
 * @param {number} rounds counted rounds; before them there is one more that does not count
 * @returns rows of { name, medianMs, minMs, maxMs, ratio }; ratio is the median of the rounds' ratios
 */
export function compare(commands, rounds) {
  const times = commands.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    commands.forEach((command, index) => {
      const ms = once(command);
      if (round > 0) times[index].push(ms);
    });
  }
  return commands.map((command, index) => ({
    name: command.name,
    medianMs: median(times[index]),
    minMs: Math.min(...times[index]),
    maxMs: Math.max(...times[index]),
    ratio: median(times[index].map((ms, round) => ms / times[0][round])),
  }));
}
