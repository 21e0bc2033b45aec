import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import ajvDraft04 from 'ajv-draft-04';
import type { ValidateFunction } from 'ajv';
import { load } from 'js-yaml';

const path = process.env['EDGE_VM_CLOUD_INIT_SCHEMA'] ?? '/usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json';
let validate: ValidateFunction | undefined;

/** Fails with what to do where the schema is not there: a skipped check would look like a passed one. */
function validator(): ValidateFunction {
  if (validate === undefined) {
    assert.ok(existsSync(path), `cloud-init's schema is not at ${path}: install Debian package cloud-init, or set EDGE_VM_CLOUD_INIT_SCHEMA`);
    const Ajv04 = ajvDraft04.default;
    validate = new Ajv04({ strict: false, allErrors: true, validateFormats: false }).compile(JSON.parse(readFileSync(path, 'utf8')) as object);
  }
  return validate;
}

/** The cloud-config of a user-data text; fails where cloud-init would not take it for one. */
export function cloudConfigOf(userData: string): Record<string, unknown> {
  assert.equal(userData.split('\n', 1)[0], '#cloud-config');
  const config = load(userData);
  assert.ok(typeof config === 'object' && config !== null);
  return config as Record<string, unknown>;
}

/** What cloud-init's own schema says against a user-data text; empty when it is good. */
export function cloudConfigProblems(userData: string): string[] {
  const check = validator();
  if (check(cloudConfigOf(userData))) return [];
  return (check.errors ?? []).map(({ instancePath, message, params }) => `${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`);
}
