/**
 * `EdgeDevice` (`edge-vm.io/v1alpha1`): the one schema. Flags fill it, files hold it, the library takes it, and a CRD
 * will publish it later. Its types are made from the declared fields in `schema/`; here is what no field declares. It
 * holds no secret: credentials are named by a `SecretSource` and read by the caller of `render` (see `src/identity`).
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

/** What flags and files give before defaults are filled in. */
export type EdgeDeviceInput = DeepPartial<Omit<EdgeDevice, 'apiVersion' | 'kind'>> & { apiVersion?: string; kind?: string };
