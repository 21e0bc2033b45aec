import type { Problem } from '../../support/errors.js';
import { textAt } from '../../support/plain.js';
import { looksSecret } from '../../support/shown.js';
import { isPackageVersion } from '../formats/text.js';
import { declaredFields } from '../schema/walk.js';

/** Adds to a problem of a device what only the whole device shows. */
export function explained(problem: Problem, device: unknown): Problem {
  if (problem.kind === 'missing' && problem.field === 'spec.edge.identityServiceVersion') return { ...problem, message: identityService(device) };
  return problem.kind === 'unknown-field' ? misplaced(problem) : problem;
}

/** edge-vm knows the right one only for its own default version. */
function identityService(device: unknown): string {
  const version = textAt(device, 'spec', 'edge', 'version');
  return `is missing: aziot-edge depends on one exact aziot-identity-service, and edge-vm knows it only for the default version; give the one that apt-cache show aziot-edge${version !== undefined && isPackageVersion(version) && !looksSecret(version) ? `=${version}` : ''} names under Depends`;
}

/** People know the name of a field, but not the mapping it stands in: `spec.cpus`. */
function misplaced(problem: Problem): Problem {
  const name = /(?:^|\.)([A-Za-z]+)$/.exec(problem.field)?.[1]?.toLowerCase();
  const paths = name === undefined ? [] : [...declaredFields().keys()].filter((path) => !path.startsWith('status.') && path.toLowerCase().endsWith(`.${name}`));
  return paths.length === 0 || paths.length > 2 ? problem : { ...problem, message: `is not a known field here; did you mean ${paths.join(' or ')}?` };
}
