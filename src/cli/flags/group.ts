import { Option } from 'commander';
import type { EdgeCommand } from '../run/command.js';

/** One flag of a command. */
export interface Flag {
  /** In commander's form: `-n, --namespace <name>`. With a `[`, the value is optional. */
  flags: string;
  help: string;
  /** May be given several times. */
  repeat?: boolean;
  choices?: readonly string[];
  /** The value of the flag without a value (`--gateway`). */
  preset?: string;
  /** What is wrong with a value; `undefined` if it is good. */
  check?: (value: string) => string | undefined;
  /** Shown in help as the default; the command itself decides. */
  default?: string;
}

/** A flag as commander knows it, with what commander does not know. */
export class FlagOption extends Option {
  /** Each value counts, in the order given. */
  repeat = false;
  check: Flag['check'];
}

/** Declares the flags under one heading of the command's help. */
export function addFlags(command: EdgeCommand, heading: string, flags: readonly Flag[]): void {
  for (const flag of flags) command.addOption(toOption(flag).helpGroup(`${heading}:`));
}

/** Values stay strings. edge-vm checks them later, all together, so that it reports every problem at once. */
export function toOption(flag: Flag): FlagOption {
  const option = new FlagOption(flag.flags, flag.default === undefined ? flag.help : `${flag.help} (default ${flag.default})`);
  // For commander, every `--no-…` is the negation of another flag. But a flag with a value (`--no-proxy <hosts>`) is none.
  if (option.required || option.optional) option.negate = false;
  if (flag.repeat === true) {
    option.repeat = true;
    option.argParser<string[]>((value, before) => [...(before ?? []), value]);
  }
  if (flag.check !== undefined) option.check = flag.check;
  if (flag.preset !== undefined) option.preset(flag.preset);
  if (flag.choices !== undefined) option.argChoices = [...flag.choices];
  return option;
}

/** commander's values, by attribute name (`dataDiskSize`). */
export type FlagValues = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** The text of a flag; `undefined` if it was not given. */
export function text(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a flag without a value was given. */
export function isOn(values: FlagValues, name: string): boolean {
  return values[name] === true;
}
