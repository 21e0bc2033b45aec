import type { SecretValue } from '../identity/secret.js';

/** A Kubernetes object as plain data. */
export interface KubeManifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: unknown[];
  };
  [field: string]: unknown;
}

/**
 * The result of `render(device, inputs)`: pure, always the same bytes. The Secret is
 * separate from the objects, so that no caller prints it by accident;
 * `cloudInitSecret` reveals it.
 */
export interface RenderedDevice {
  name: string;
  namespace: string | undefined;
  userData: SecretValue;
  networkData: string | undefined;
  /** SHA-256 (hex) of user-data and network-data, as in annotation `edge-vm.io/user-data-hash`. */
  userDataHash: string;
  virtualMachine: KubeManifest;
  service: KubeManifest | undefined;
  /** Name of the cloud-init Secret, `<name>-cloud-init`. */
  secretName: string;
  /** Labels common to all objects of the device. */
  labels: Record<string, string>;
  /** Warnings, e.g. of an unsigned source. */
  warnings: string[];
}

/** What `render` does with the Secret. */
export type SecretMode = 'omit' | 'placeholder' | 'include';
