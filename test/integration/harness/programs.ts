import { join } from 'node:path';
import { execa } from 'execa';
import { theLab } from './lab.js';

/** Runs the lab's kubectl as its admin; gives stdout. Fails on any exit code but 0. */
export function kubectl(args: readonly string[], input?: string): Promise<string> {
  return run('kubectl', args, input);
}

/** Runs the lab's virtctl as its admin; gives stdout. */
export function virtctl(args: readonly string[]): Promise<string> {
  return run('virtctl', args);
}

async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const { programs, variables } = theLab();
  const { stdout } = await execa(join(programs, program), args, { env: { KUBECONFIG: variables.KUBECONFIG }, input: input ?? '', maxBuffer: 2 ** 28 });
  return stdout;
}
