/** Put before a command: the kernel kills the command when this process ends, also when it is killed. No long work may go on alone. */
export const diesWithUs = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/**
 * Put before a command that mounts something or starts processes. The command runs in its own namespaces, so that
 * everything in them ends with the first process. That process reacts only to SIGKILL.
 */
export const allDiesWithUs = [...diesWithUs, 'unshare', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--propagation', 'private'] as const;
