import type { Argument, Command, Option } from 'commander';
import { FlagOption } from '../flags/group.js';

/** A flag as completion sees it. */
export interface FlagNode {
  long: string;
  short?: string;
  help: string;
  /** It needs a value after it (`--gateway` alone does not). */
  takesValue: boolean;
  /** It may have a value, then behind `=`. */
  mayTakeValue: boolean;
  /** May be given several times. */
  repeat: boolean;
  /** The values, if they are known. */
  choices: readonly string[];
  /** The value is the path of a file or a folder. */
  path?: 'file' | 'folder';
}

/** A command as completion sees it. */
export interface CommandNode {
  name: string;
  help: string;
  flags: readonly FlagNode[];
  commands: readonly CommandNode[];
  /** Name of its first argument in the usage, such as `name`. */
  argument: string | undefined;
  /** Several arguments of that name can follow each other. */
  repeats: boolean;
}

/** The command tree. It comes from commander, so that completion and parser never differ. */
export function describeTree(command: Command): CommandNode {
  const own = command.options.filter((option) => !option.hidden).flatMap(describeFlag);
  const help = { long: '--help', short: '-h', help: 'this text', takesValue: false, mayTakeValue: false, repeat: false, choices: [] };
  const [first] = command.registeredArguments as readonly (Argument | undefined)[];
  return {
    name: command.name(),
    help: command.summary() || command.description(),
    flags: [...own, help],
    commands: command.commands.map(describeTree),
    argument: first?.name(),
    repeats: first?.variadic === true,
  };
}

function describeFlag(option: Option): FlagNode[] {
  if (option.long == null) return [];
  const path = /<file[>|]/.test(option.flags) ? { path: 'file' as const } : /<dir>/.test(option.flags) ? { path: 'folder' as const } : {};
  return [{
    long: option.long,
    ...(option.short == null ? {} : { short: option.short }),
    help: option.description,
    takesValue: option.required,
    mayTakeValue: option.optional,
    repeat: option instanceof FlagOption && option.repeat,
    choices: option.argChoices ?? [],
    ...path,
  }];
}

/** Every command, with and without subcommands, with the words that lead to it. */
export function walk(node: CommandNode, path: readonly string[] = []): { path: readonly string[]; node: CommandNode }[] {
  return [{ path, node }, ...node.commands.flatMap((child) => walk(child, [...path, child.name]))];
}
