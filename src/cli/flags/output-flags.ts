import { Option } from 'commander';
import type { EdgeCommand } from '../run/command.js';
import type { OutputFormat } from '../output/format.js';
import { addFlags, text, type FlagValues } from './group.js';

/** `-o` with the formats that the command knows. */
export function addOutputFlag(command: EdgeCommand, formats: readonly OutputFormat[]): void {
  addFlags(command, 'Output', [{ flags: '-o, --output <format>', help: formats.join(', '), choices: formats }]);
}

/** Flags of every command. */
export function addCommonFlags(command: EdgeCommand): void {
  addFlags(command, 'Output', [{ flags: '--no-color', help: 'plain text; the variable NO_COLOR does the same' }]);
  command.addHelpOption(new Option('-h, --help', 'this text').helpGroup('Output:'));
}

export function outputFormat(values: FlagValues): OutputFormat | undefined {
  return text(values, 'output') as OutputFormat | undefined;
}
