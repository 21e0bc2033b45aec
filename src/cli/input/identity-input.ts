import { resolve } from 'node:path';
import type { EdgeDeviceInput, IdentitySpec, SecretSource } from '../../spec/types.js';
import type { Problem } from '../../support/errors.js';
import { isOn, text, type FlagValues } from '../flags/group.js';
import type { Session } from '../run/session.js';

const envName = 'EDGE_VM_CONNECTION_STRING';
const accepted = '--connection-string-file FILE, --from-secret NAME[/KEY], --register, or the variable EDGE_VM_CONNECTION_STRING';

/**
 * The source of the device's credential: a flag, else the file, else the variable. A variable of the whole shell must
 * not win over the person's settings for this device.
 */
export function chooseIdentity(session: Session, values: FlagValues, fromFile: EdgeDeviceInput | undefined): { flag?: string; identity: IdentitySpec | undefined; problems: Problem[] } {
  const ways = identityFlags(session, values);
  const problems = [...deviceIdProblems(values)];
  if (ways.length > 1) problems.push({ field: ways.map((way) => way.flag).join(', '), message: 'give only one of them: a device has one identity' });
  const chosen = ways[0]?.identity;
  if (chosen !== undefined) return { flag: ways[0]!.flag, identity: chosen, problems };
  const inFile = fromFile?.spec?.identity;
  const deviceId = text(values, 'deviceId');
  if (inFile?.register !== undefined && deviceId !== undefined) return { flag: '--device-id', identity: { register: { ...inFile.register, deviceId } as IdentitySpec['register'] & object }, problems };
  if (inFile !== undefined) return { identity: undefined, problems };
  if ((session.io.env[envName] ?? '') !== '') return { identity: { connectionString: { env: envName } }, problems };
  return { identity: undefined, problems };
}

/** The problem if a command needs an identity and there is none. */
export const missingIdentity: Problem = { kind: 'missing', field: 'identity', message: `is missing; give exactly one of ${accepted}` };

function identityFlags(session: Session, values: FlagValues): { flag: string; identity: IdentitySpec }[] {
  const ways: { flag: string; identity: IdentitySpec }[] = [];
  const file = text(values, 'connectionStringFile');
  if (file !== undefined) {
    const source: SecretSource = { file: file === '-' ? '-' : resolve(session.io.cwd, file) };
    ways.push({ flag: '--connection-string-file', identity: { connectionString: source } });
  }
  const secret = text(values, 'fromSecret');
  if (secret !== undefined) ways.push({ flag: '--from-secret', identity: { connectionString: { secretRef: secretRef(secret) } } });
  if (isOn(values, 'register')) {
    const deviceId = text(values, 'deviceId');
    ways.push({ flag: '--register', identity: { register: deviceId === undefined ? {} : { deviceId } } });
  }
  return ways;
}

function secretRef(value: string): { name: string; key?: string } {
  const at = value.indexOf('/');
  return at < 0 ? { name: value } : { name: value.slice(0, at), key: value.slice(at + 1) };
}

function deviceIdProblems(values: FlagValues): Problem[] {
  const given = text(values, 'connectionStringFile') ?? text(values, 'fromSecret');
  if (text(values, 'deviceId') === undefined || given === undefined) return [];
  return [{ field: '--device-id', message: 'belongs to --register; a connection string already names its device' }];
}
