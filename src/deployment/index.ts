export { checkManifest } from './check.js';
export { contentForHub } from './content.js';
export { DESIRED, passwordRefsOf } from './desired.js';
export { differences } from './differences.js';
export type { Difference } from './differences.js';
export { normalOf } from './normal.js';
export { parseManifest, unwrapManifest } from './unwrap.js';
export type { ManifestFindings, ManifestOptions, ModulesContent, PasswordRef } from './types.js';
