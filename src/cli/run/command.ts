import { Command, Option } from 'commander';
import type { Problem } from '../../support/errors.js';
import { checkFlags, joinOptionalValues, needsValue } from './argument-words.js';
import { gotOf } from '../../support/shown.js';
import { FlagOption } from '../flags/group.js';
import { deviceFlagOf } from '../flags/device-values.js';
import { isKind, plainName } from '../input/name-argument.js';
import { isDeviceName } from '../../spec/names.js';
import { suggest } from '../../support/suggest.js';

/** Why a command takes one device, and what does the same for several. `PROGRAM` is the program's name. */
const oneOnly: Readonly<Record<string, string>> = {
  create: 'create makes one device; for several: PROGRAM apply -f FILES',
  render: 'render prints one device; for several: a file each, PROGRAM render -f FILE',
  set: 'set changes one device, and asks about it; for several: change their files and PROGRAM apply -f FILES, or PROGRAM list -o name | xargs -n 1 PROGRAM set FLAGS',
  edit: 'edit opens one device; for several: PROGRAM get NAMES > FILE, change it, PROGRAM apply -f FILE',
  diff: 'a name stands for the name in one file; for several devices: PROGRAM diff -f FILES',
};

type ErrorOptions = Parameters<Command['error']>[1];

/**
 * commander stops at the first problem. If a person typed two wrong flags, the error should name both. So a leaf command
 * collects problems and continues; the caller of the action checks `problems` first.
 */
export class EdgeCommand extends Command {
  readonly problems: Problem[] = [];
  /** Flags whose value nobody knows: it is empty, or the flag has two of them. Nothing more is said about their values. */
  readonly unclear = new Set<string>();

  override createCommand(name?: string): EdgeCommand {
    return new EdgeCommand(name);
  }

  /** A flag with one value keeps the last one silently in commander; here, two different values are a problem. */
  override addOption(option: Option): this {
    if ((option.required || option.optional) && option.parseArg === undefined) {
      option.argParser<string>((value, before) => {
        if (before !== undefined && before !== value) this.givenTwice(option.long ?? option.flags);
        return value;
      });
    }
    return super.addOption(option);
  }

  override parseOptions(argv: string[]): { operands: string[]; unknown: string[] } {
    if (this.commands.length > 0) return super.parseOptions(argv);
    const { words, problems } = checkFlags(joinOptionalValues(argv, this.options), this.options);
    this.problems.push(...problems);
    const { operands, unknown } = super.parseOptions(words);
    if (unknown.some((arg) => arg === '--help' || arg === '-h')) return { operands, unknown };
    for (const arg of unknown.filter((one) => one.startsWith('-') && one !== '--')) this.problems.push(this.unknownFlag(arg));
    for (const option of this.options.filter(({ required, optional }) => required || optional)) this.checkValue(option, this.getOptionValue(option.attributeName()));
    return { operands, unknown: [] };
  }

  override error(message: string, options?: ErrorOptions): never {
    const problem = this.commands.length > 0 ? undefined : this.asProblem(message, options);
    if (problem === undefined) return super.error(message, options);
    // The word after an unknown flag may be its value, so nothing is known about the arguments.
    const guess = problem.field === 'arguments' && this.problems.length > 0;
    if (!guess) this.problems.push(problem);
    return undefined as never;
  }

  /** An unset variable of a shell is an empty value. It must not mean the default: another namespace, another context. */
  private checkValue(option: Option, value: unknown): void {
    const flag = option.long ?? option.flags;
    const texts = Array.isArray(value) ? value : [value];
    const isEmpty = texts.some((one) => typeof one === 'string' && one.trim() === '');
    if (isEmpty) this.problems.push({ kind: 'missing', field: flag, message: 'has an empty value; give a value, or leave the flag out' });
    else if (!this.unclear.has(flag)) this.problems.push(...wrongChoice(option, value), ...wrongValue(option, value));
    if (isEmpty) this.unclear.add(flag);
  }

  /** The values may be secrets. */
  private givenTwice(field: string): void {
    this.unclear.add(field);
    if (!this.problems.some((known) => known.field === field)) this.problems.push({ kind: 'conflict', field, message: 'is given several times, with different values; it takes one' });
  }

  private unknownFlag(arg: string): Problem {
    const field = /^--?((?:metadata|spec)\.[A-Za-z.]{1,60})(?==|$)/.exec(arg)?.[1];
    const meant = field === undefined ? undefined : this.flagOf(field);
    if (meant !== undefined) return { kind: 'unknown-field', field: `--${field}`, message: `unknown flag; did you mean ${meant}?` };
    // A text that only begins like a flag (a key, a certificate) is not repeated.
    const flag = /^-{1,2}[A-Za-z0-9][A-Za-z0-9-]{0,40}(?==|$)/.exec(arg)?.[0];
    if (flag === undefined) return { kind: 'unknown-field', field: 'arguments', message: 'one of them begins with "-" but is no flag' };
    if (['-f', '--filename', '--file'].includes(flag) && this.registeredArguments[0]?.name() === 'name') return { kind: 'unknown-field', field: flag, message: `unknown flag; ${this.name()} takes names, not files` };
    // kubectl wait has it.
    if (flag === '--for' && this.options.some(({ long }) => long === '--wait-for')) return { kind: 'unknown-field', field: flag, message: 'unknown flag; did you mean --wait-for STAGE?' };
    const known = this.options.filter((option) => !option.hidden).flatMap((option) => option.long?.slice(2) ?? []);
    // One letter is near to every short name.
    const similar = /^-.$/.test(flag) ? undefined : suggest(flag.replace(/^-+/, ''), known);
    return { kind: 'unknown-field', field: flag, message: similar === undefined ? 'unknown flag' : `unknown flag; did you mean --${similar}?` };
  }

  /** If such a flag does not know the value, the value counts as an argument. */
  private optionalValues(): string {
    const given = this.options.find((option) => option.optional && this.getOptionValue(option.attributeName()) === option.presetArg);
    return given?.argChoices === undefined ? '' : `; ${given.long} takes ${given.argChoices.join(', ')}`;
  }

  /** What a person meant with more arguments than the command takes. */
  private tooMany(): string {
    const [first = '', second = ''] = this.args;
    const most = this.registeredArguments.length;
    if (most === 0) return `${this.name()} takes none`;
    const program = this.parent?.name() ?? '';
    const what = `${this.args.length} given, at most ${most} expected`;
    if (this.args.length === 2 && isKind(first) && isDeviceName(second)) return `${what}; did you mean ${first}/${second}?`;
    const [, field = '', value = ''] = /^([A-Za-z.]{1,60})=([\w.-]{1,40})$/.exec(second) ?? [];
    const flag = field === '' ? undefined : this.flagOf(field);
    if (flag !== undefined) return `${what}; did you mean ${flag} ${value}?`;
    const why = this.args.every((name) => isDeviceName(plainName(name))) ? oneOnly[this.name()] : undefined;
    return why === undefined ? what : `${what}; ${why.replaceAll('PROGRAM', program)}`;
  }

  /** The flag of a name, or of a field by its path: `cpus`, `spec.vm.cpus`. */
  private flagOf(name: string): string | undefined {
    const flag = deviceFlagOf(name) ?? `--${name}`;
    return this.options.find(({ long }) => long === flag)?.long;
  }

  private asProblem(message: string, options: ErrorOptions): Problem | undefined {
    switch (options?.code) {
      case 'commander.missingArgument':
        return { kind: 'missing', field: 'arguments', message: `${this.registeredArguments.map((one) => one.name()).join(' ')} is missing` };
      case 'commander.excessArguments':
        return { kind: 'invalid', field: 'arguments', message: `${this.tooMany()}${this.optionalValues()}` };
      case 'commander.optionMissingArgument':
        return { kind: 'missing', field: /'(-[^\s',]+).*'/.exec(message)?.[1] ?? 'flag', message: needsValue(undefined) };
      default:
        return undefined;
    }
  }
}

function wrongValue(option: Option, value: unknown): Problem[] {
  const message = option instanceof FlagOption && typeof value === 'string' ? option.check?.(value) : undefined;
  return message === undefined ? [] : [{ kind: 'invalid', field: option.long ?? option.flags, message, ...gotOf(String(value)) }];
}

function wrongChoice(option: Option, value: unknown): Problem[] {
  const choices = option.argChoices;
  const given = typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap((one) => String(one).split(',')) : [];
  if (choices === undefined) return [];
  return given.map((one) => one.trim()).filter((one) => !choices.includes(one)).map((one) => (
    { kind: 'invalid', field: option.long ?? option.flags, message: `must be one of ${choices.join(', ')}`, ...gotOf(one) }
  ));
}
