/**
 * `EdgeDevice` (`edge-vm.io/v1alpha1`): the only schema, for flags, files and the library, and later for a CRD. Its types
 * come from the declared fields in `schema/`; this file has only types that no field declares. It holds no secret: a
 * `SecretSource` names a credential, and the caller of `render` reads it (see `src/identity`).
 */
import type { EdgeDevice } from './device.generated.js';

export type * from './device.generated.js';
export { API_VERSION } from './schema/device.js';

/**
 * Where a secret comes from. Exactly one key. `file: '-'` is standard input.
 * `secretRef` reads a key of a Secret in the device's namespace.
 */
export type SecretSource =
  | { file: string }
  | { env: string }
  | { secretRef: { name: string; key?: string } };

/** A condition as Kubernetes has them: whether a stage is reached, and why. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase word. */
  reason: string;
  message: string;
  /** RFC 3339. */
  lastTransitionTime: string;
}

type DeepPartial<T> = T extends readonly (infer U)[] ? U[] : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

/** The input of flags and files, before defaults are filled in. */
export type EdgeDeviceInput = DeepPartial<Omit<EdgeDevice, 'apiVersion' | 'kind'>> & { apiVersion?: string; kind?: string };
