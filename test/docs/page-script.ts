import type { Step } from './steps.js';

/** Exit code of the script after a failed block. */
export const BLOCK_FAILED = 99;

/** Names of the script's files in its folder. */
export const blockFile = (index: number): string => `block-${index}.sh`;
export const outputFile = (index: number): string => `output-${index}`;
/** Its last line is the number of the block that runs or failed, then the command and its line if one failed. */
export const PROGRESS = 'progress';

/**
 * A bash script that runs the blocks of a page one after the other in one shell, so that variables stay. As with `set -e`, a
 * command that fails ends it; in a block with another exit code than 0, commands may also end with that code, and one must.
 */
export function pageScript(steps: readonly Step[], folder: string): string {
  const quoted = (text: string): string => `'${text.replaceAll('\'', String.raw`'\''`)}'`;
  const progress = quoted(`${folder}/${PROGRESS}`);
  const lines = [
    'set -o pipefail',
    // `head` may end a pipe early: 141.
    `__failed() { [ "$1" = 141 ] && return 0; if [ "$1" = "$__exit" ] && [ "$1" != 0 ]; then __saw=1; return 0; fi; printf '%s %s %s %s\\n' "$__block" "$2" "$1" "$3" >> ${progress}; exit ${BLOCK_FAILED}; }`,
    'trap \'__failed "$?" "$LINENO" "$BASH_COMMAND"\' ERR',
  ];
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'not run' || step.kind === 'file') {
      if (step.kind === 'file') lines.push(`mkdir -p "$(dirname ${quoted(step.name)})" && cp ${quoted(`${folder}/${blockFile(index)}`)} ${quoted(step.name)}`);
      continue;
    }
    const exit = step.kind === 'run' ? step.exit : 0;
    lines.push(
      `__block=${index} __exit=${exit} __saw=0`,
      `echo "$__block" >> ${progress}`,
      `{ . ${quoted(`${folder}/${blockFile(index)}`)}; } > ${quoted(`${folder}/${outputFile(index)}`)} 2>&1 < /dev/null`,
      ...(exit === 0 ? [] : [`[ "$__saw" = 1 ] || { echo "$__block 0 0 no command ended with exit code ${exit}" >> ${progress}; exit ${BLOCK_FAILED}; }`]),
    );
  }
  return `${lines.join('\n')}\n`;
}
