import type { Command, Option } from 'commander';
import { declaredFields } from '../../spec/schema/walk.js';

/** A flag as completion sees it. */
export interface FlagNode {
  long: string;
  short?: string;
  help: string;
  /** It needs a value after it (`--gateway` alone does not). */
  takesValue: boolean;
  /** It may have a value, then behind `=`. */
  mayTakeValue?: boolean;
  /** The values, if they are known. */
  choices: readonly string[];
  /** The value is the path of a file. */
  file: boolean;
}

/** A command as completion sees it. */
export interface CommandNode {
  name: string;
  help: string;
  flags: readonly FlagNode[];
  commands: readonly CommandNode[];
  /** Values of the first argument, if they are known. */
  arguments: readonly string[];
}

/** The source of the completion scripts. It comes from commander, so that the two never differ. */
export function describeTree(command: Command): CommandNode {
  const own = command.options.filter((option) => !option.hidden).flatMap(describeFlag);
  return {
    name: command.name(),
    help: command.summary() || command.description(),
    flags: [...own, { long: '--help', short: '-h', help: 'this text', takesValue: false, choices: [], file: false }],
    commands: command.commands.map(describeTree),
    arguments: argumentsOf(command.name()),
  };
}

/** Commands whose first argument is one of a few words. */
function argumentsOf(command: string): readonly string[] {
  if (command === 'completion') return ['bash', 'zsh', 'fish'];
  return command === 'explain' ? [...declaredFields().keys()].filter((path) => !path.includes('[]')) : [];
}

function describeFlag(option: Option): FlagNode[] {
  if (option.long == null) return [];
  return [{
    long: option.long,
    ...(option.short == null ? {} : { short: option.short }),
    help: option.description,
    takesValue: option.required,
    ...(option.optional ? { mayTakeValue: true } : {}),
    choices: option.argChoices ?? [],
    file: /<file[>|]/.test(option.flags),
  }];
}

/** Every command, with and without subcommands, with the words that lead to it. */
export function walk(node: CommandNode, path: readonly string[] = []): { path: readonly string[]; node: CommandNode }[] {
  return [{ path, node }, ...node.commands.flatMap((child) => walk(child, [...path, child.name]))];
}
