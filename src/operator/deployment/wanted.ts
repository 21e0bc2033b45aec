import { createHash } from 'node:crypto';
import { contentForHub } from '../../deployment/content.js';
import { DESIRED } from '../../deployment/desired.js';
import { normalOf } from '../../deployment/normal.js';
import type { ModulesContent } from '../../deployment/types.js';
import { record, type Mapping } from '../../support/plain.js';
import type { Passwords } from './passwords.js';

/** What the hub is to want of a device. It may hold secrets: never print it. */
export interface Wanted {
  content: ModulesContent;
  /** Normal form of the desired properties, by module id. */
  modules: ReadonlyMap<string, Mapping>;
  /** Tells two contents apart. In this process only: it knows the passwords. */
  digest: string;
  /** The same for everybody to see: it knows the versions of the Secrets in place of the passwords. */
  publicDigest: string;
}

/** The content of a checked manifest with its passwords. */
export function wantedOf(manifest: ModulesContent, { values, versions }: Passwords): Wanted {
  const content = contentForHub(manifest, values);
  const modules = new Map(Object.keys(content).sort().map((module) => [module, normalOf(module, record(content[module]?.[DESIRED]) ?? {})]));
  return { content, modules, digest: hash([[...modules], content]), publicDigest: hash([contentForHub(manifest), versions]) };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
