export { EdgeVmError, ExitCode, exitCodeOf, InvalidInputError } from './errors.js';
export type { CauseCode, EdgeVmErrorOptions, Problem, ProblemKind } from './errors.js';
export { nodeTextIo } from './text-io.js';
export type { TextIo } from './text-io.js';
export { parseYaml } from './yaml.js';
export type { YamlResult } from './yaml.js';
export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
