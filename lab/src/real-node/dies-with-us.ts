/** Before a command: the kernel kills it when this process is gone, killed too. Nothing that takes long may go on alone. */
export const diesWithUs = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/**
 * Before a command that mounts or starts more: in namespaces of its own, so that all of it goes with its first process.
 * That one takes SIGKILL only.
 */
export const allDiesWithUs = [...diesWithUs, 'unshare', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--propagation', 'private'] as const;
