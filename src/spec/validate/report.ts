import type { Problem, ProblemKind } from '../../support/errors.js';
import { isMapping } from '../../support/plain.js';
import { shown } from '../../support/shown.js';

/** Collects the problems of one validation. */
export type Report = (problem: Problem) => void;

/** The place of a value, and whether the value may be shown. */
export interface Place {
  field: string;
  /** The field, or a mapping around it, may hold a secret. */
  secret: boolean;
}

/** A problem, with the value got if that may be shown. */
export function wrong(place: Place, kind: ProblemKind, message: string, got?: unknown): Problem {
  const text = place.secret ? undefined : kind === 'wrong-type' ? shownKind(got) : shown(got);
  return { kind, field: place.field || 'document', message, ...(text === undefined ? {} : { got: text }) };
}

/** Of a list or a mapping, only that it is one: its values say nothing about the wrong type, and may be secrets. */
function shownKind(got: unknown): string | undefined {
  return Array.isArray(got) ? 'a list' : isMapping(got) ? 'a mapping' : shown(got);
}
