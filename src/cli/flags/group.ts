import { Option } from 'commander';
import type { EdgeCommand } from '../run/command.js';

/** One flag of a command. */
export interface Flag {
  /** As commander takes it: `-n, --namespace <name>`. A `[` anywhere makes the value optional. */
  flags: string;
  help: string;
  /** May be given several times. */
  repeat?: boolean;
  choices?: readonly string[];
  /** Value when the flag stands alone (`--gateway`). */
  preset?: string;
  /** Shown in help as the default; the command itself decides. */
  default?: string;
}

/** Declares the flags under one heading of the command's help. */
export function addFlags(command: EdgeCommand, heading: string, flags: readonly Flag[]): void {
  for (const flag of flags) command.addOption(toOption(flag).helpGroup(`${heading}:`));
}

/** Values stay the strings they are: they are checked all together later, so that every problem is told at once. */
export function toOption(flag: Flag): Option {
  const option = new Option(flag.flags, flag.default === undefined ? flag.help : `${flag.help} (default ${flag.default})`);
  if (flag.repeat === true) option.argParser<string[]>((value, before) => [...(before ?? []), value]);
  if (flag.preset !== undefined) option.preset(flag.preset);
  if (flag.choices !== undefined) option.argChoices = [...flag.choices];
  return option;
}

/** What commander parsed, by attribute name (`dataDiskSize`). */
export type FlagValues = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** The text of a flag, `undefined` when it was not given. */
export function text(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a flag without a value was given. */
export function isOn(values: FlagValues, name: string): boolean {
  return values[name] === true;
}
