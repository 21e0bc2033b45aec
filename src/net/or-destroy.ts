import type { ClientRequest } from 'node:http';

/** Runs `check` when the request has its socket, which is right before its first byte leaves. If it throws, nothing leaves, and the request fails with that error. */
export function orDestroy(request: ClientRequest, check: (() => void) | undefined): void {
  try {
    check?.();
  } catch (error) {
    request.destroy(error as Error);
  }
}
