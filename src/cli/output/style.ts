import type { CliIo, OutStream } from '../run/io.js';

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const;

/** Adds colour to text for people; without colour it returns the text unchanged. */
export type Style = Record<keyof typeof codes, (text: string) => string>;

/** Colour only on a terminal, and never against `NO_COLOR` (https://no-color.org) or `--no-color`. */
export function wantsColor(stream: OutStream, env: CliIo['env'], noColorFlag: boolean): boolean {
  const forbidden = noColorFlag || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return !forbidden && stream.isTTY === true;
}

/** The marks for one stream. */
export function makeStyle(color: boolean): Style {
  const paint = ([on, off]: readonly [number, number]) => (text: string) => (color ? `\u001B[${on}m${text}\u001B[${off}m` : text);
  return {
    bold: paint(codes.bold), dim: paint(codes.dim), red: paint(codes.red),
    green: paint(codes.green), yellow: paint(codes.yellow), cyan: paint(codes.cyan),
  };
}
