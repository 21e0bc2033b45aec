import type { Problem } from '../support/errors.js';
import type { Mapping } from '../support/plain.js';

/** `modulesContent` of a deployment manifest: by module id, what to write into its twin. */
export type ModulesContent = Record<string, Mapping>;

/** What a check of a manifest found. */
export interface ManifestFindings {
  /** What the hub, edgeAgent or edgeHub would refuse. */
  problems: Problem[];
  /** What they accept, and what probably is not what the person meant. */
  warnings: Problem[];
}

/** How a manifest is checked. */
export interface ManifestOptions {
  /** Path of `modulesContent`, for the messages. */
  field?: string;
  /**
   * The manifest is for an automatic deployment of the hub: it may be a layer, with paths such as
   * `properties.desired.modules.NAME`, and name modules of another layer.
   */
  automatic?: boolean;
}

/** Collects problems and warnings. */
export interface Reporter {
  problem: (problem: Problem) => void;
  warn: (problem: Problem) => void;
}

/** A password of a registry that stands in a Secret of the cluster. */
export interface PasswordRef {
  /** Name of the entry in `registryCredentials`. */
  registry: string;
  /** Path of the reference, for messages. */
  field: string;
  name: string;
  /** The only key, if absent. */
  key?: string;
}
