import { EdgeVmError } from '../support/errors.js';

/*
 * For reads of objects that may be missing. *Not served*: the cluster does not have the type (for example, it has no CDI).
 * *Forbidden*: the caller lacks the right. *Unreadable*: one of the two; edge-vm then shows less detail.
 */

/** The cluster does not serve the type. */
export function isNotServed(error: unknown): boolean {
  return EdgeVmError.is(error) && (error.code === 'no-cdi' || error.code === 'no-kubevirt' || error.code === 'not-found');
}

/** The caller may not do it. */
export function isForbidden(error: unknown): boolean {
  return EdgeVmError.is(error) && error.code === 'forbidden';
}

/** The cluster does not serve the type, or the caller may not read it: only detail is missing. */
export function isUnreadable(error: unknown): boolean {
  return isNotServed(error) || isForbidden(error);
}

/** The object has changed since the caller read it (another resourceVersion or uid), or a create found it there. */
export function isConflict(error: unknown): boolean {
  return EdgeVmError.is(error) && error.code === 'conflict';
}

/** A create found an object of that name. */
export function isAlreadyThere(error: unknown): boolean {
  return isConflict(error) && (error as EdgeVmError).details['reason'] === 'AlreadyExists';
}

const nothingIf = (fits: (error: unknown) => boolean) => (error: unknown): undefined => {
  if (fits(error)) return undefined;
  throw error;
};
const noneIf = (fits: (error: unknown) => boolean) => (error: unknown): never[] => {
  if (fits(error)) return [];
  throw error;
};

/** For `.catch`: `undefined`, or an empty list, instead of an error that fits; it throws every other error again. */
export const undefinedIfNotServed = nothingIf(isNotServed);
export const undefinedIfForbidden = nothingIf(isForbidden);
export const undefinedIfUnreadable = nothingIf(isUnreadable);
export const noneIfNotServed = noneIf(isNotServed);
export const noneIfUnreadable = noneIf(isUnreadable);
