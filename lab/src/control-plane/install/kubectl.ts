import type { LabContext } from '../context.js';
import { runProgram } from './command.js';

/** Server-side apply of a stream of YAML documents, as programs of the upstream projects print them. */
export async function kubectlApply({ programs, paths, signal }: LabContext, yaml: string): Promise<void> {
  await runProgram([programs.program('kubectl'), `--kubeconfig=${paths.kubeconfig}`, `--cache-dir=${paths.run}/kubectl-cache`, 'apply', '--server-side', '--force-conflicts', '-f', '-'], { input: yaml, signal });
}
