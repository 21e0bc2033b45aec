import { EdgeVmError } from '../support/errors.js';

/** Ends requests of a replica that does not lead any more, also if it stood still (a paused VM, a stopped process) and does not know yet. */
export interface Fence {
  /** `beforeSend` of the connections. Throws `interrupted` if the replica must not write any more. */
  check: () => void;
  /** From now on, requests need this yes. */
  guardBy: (mayWork: () => boolean) => void;
}

export function createFence(): Fence {
  let isOpen = (): boolean => true;
  return {
    check() {
      if (!isOpen()) throw new EdgeVmError('interrupted', 'another replica may lead by now, so this one sends nothing any more');
    },
    guardBy(mayWork) {
      isOpen = mayWork;
    },
  };
}
