import { EdgeVmError } from '../support/errors.js';

/*
 * Reading where something may be missing. One family of words: *not served* is a type that the cluster does not have (no
 * CDI, say), *forbidden* is a right that the caller lacks, *bearable* is either: it only costs detail.
 */

/** The type is not served at all. */
export function isNotServed(error: unknown): boolean {
  return EdgeVmError.is(error) && (error.code === 'no-cdi' || error.code === 'no-kubevirt' || error.code === 'not-found');
}

/** The caller may not do it. */
export function isForbidden(error: unknown): boolean {
  return EdgeVmError.is(error) && error.code === 'forbidden';
}

/** Detail that this cluster does not have, or that the caller may not see. */
export function isBearable(error: unknown): boolean {
  return isNotServed(error) || isForbidden(error);
}

const nothingIf = (fits: (error: unknown) => boolean) => (error: unknown): undefined => {
  if (fits(error)) return undefined;
  throw error;
};
const noneIf = (fits: (error: unknown) => boolean) => (error: unknown): never[] => {
  if (fits(error)) return [];
  throw error;
};

/** For `.catch`: `undefined`, or an empty list, in place of what is missing; every other error goes on. */
export const undefinedIfNotServed = nothingIf(isNotServed);
export const undefinedIfForbidden = nothingIf(isForbidden);
export const undefinedIfBearable = nothingIf(isBearable);
export const noneIfNotServed = noneIf(isNotServed);
export const noneIfBearable = noneIf(isBearable);
