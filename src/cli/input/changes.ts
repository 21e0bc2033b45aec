import type { Completed, CreateRequest, IdentityRequest } from '../../provision/types.js';
import type { EdgeDeviceInput } from '../../spec/types.js';
import type { Problem } from '../../support/errors.js';
import { isDeviceName } from '../../spec/names.js';
import { throwProblems, type Invocation } from '../run/action.js';
import type { Session } from '../run/session.js';
import { readAsFarAsPossible, readDevice, type DeviceInput } from './device-input.js';
import { identityRequest } from './identity-request.js';

/** The part of a request that names the device, and gives a way to the complete device. */
export type Subject = Pick<CreateRequest, 'device' | 'identity' | 'secrets' | 'complete' | 'input'> & { origin: DeviceInput['origin'] };

/** A file describes the whole device. Adds its problems to the session; gives `undefined` if there are any. */
export async function readWhole(invocation: Invocation): Promise<Subject | undefined> {
  const read = await readDevice(invocation, undefined, { inCluster: true });
  return read === undefined ? undefined : { ...wholeOf(read), identity: identityRequest(read), origin: read.origin };
}

/**
 * Flags without a file change only what they name; the rest comes from the kept device. So a wrong value is a problem now,
 * but a missing value becomes one only if there is no kept device.
 */
export async function readChanges(invocation: Invocation): Promise<Subject | undefined> {
  const { session, args } = invocation;
  const alone: Session = { ...session, problems: [...session.problems], hint: undefined };
  const read = await readAsFarAsPossible({ ...invocation, session: alone }, undefined, { inCluster: true });
  const named = args[0] !== undefined ? isDeviceName(args[0]) : read?.connectionString !== undefined || read?.device.spec.identity.connectionString !== undefined;
  const own = alone.problems.slice(session.problems.length);
  if (read === undefined || !named || session.problems.length > 0 || !own.every(mayBeKept)) {
    // What may be kept is no problem yet, as long as the device has a name.
    session.problems.push(...(named && (session.problems.length > 0 || !own.every(mayBeKept)) ? own.filter((problem) => !mayBeKept(problem)) : own));
    session.hint ??= alone.hint;
    if (session.problems.length > 0) return undefined;
  }
  return { device: read!.device, secrets: {}, identity: identityOfFlags(read!, args[0]), origin: read!.origin, complete: (kept) => layOnto(invocation, kept) };
}

/** Merges the flags into the kept device; throws InvalidInputError. */
async function layOnto(invocation: Invocation, base: EdgeDeviceInput | undefined): Promise<Completed> {
  const session: Session = { ...invocation.session, problems: [], hint: undefined };
  const read = await readDevice({ ...invocation, session }, undefined, { base, inCluster: true });
  throwProblems(session);
  return wholeOf(read!);
}

function wholeOf({ device, input, secrets }: DeviceInput): Completed {
  return { device, input, secrets };
}

/** The kept device may have a value that is missing here. */
function mayBeKept({ field, kind }: Problem): boolean {
  return kind === 'missing' && (field === 'identity' || /(?:^|\()spec\./.test(field));
}

/**
 * A variable of the whole shell does not win over the device's own identity, unless only the variable says which device it
 * is.
 */
function identityOfFlags(read: DeviceInput, name: string | undefined): IdentityRequest {
  if (read.origin.has('spec.identity')) return identityRequest(read);
  if (read.connectionString === undefined) return { kind: 'kept' };
  const given: IdentityRequest = { kind: 'given', identity: read.connectionString.identity };
  return name === undefined ? given : { kind: 'kept', otherwise: given };
}
