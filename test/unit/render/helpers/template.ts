import { readFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { renderDevice } from '../../../../src/render/index.js';
import type { RenderedDevice } from '../../../../src/render/types.js';
import { InvalidInputError } from '../../../../src/support/index.js';
import { ASSETS } from '../../../../src/render/assets.generated.js';
import { assertMatchesSchema } from './crd-schema.js';
import { exampleDevice, exampleInputs } from './device.js';

type Parts = NonNullable<Parameters<typeof exampleDevice>[0]>;
/** Plain data that tests reach into. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Open = Record<string, any>;

/** Text of one of `test/fixtures/cases`. */
export function caseText(name: string): string {
  return readFileSync(new URL(`../../../../../test/fixtures/cases/${name}.yaml`, import.meta.url), 'utf8');
}

/** A template of a person's own: one of ours as data, with a change. */
export function changedTemplate(change: (manifest: Open) => void): string {
  const manifest = load(ASSETS['vm-templates/debian-12.yaml']!) as Open;
  change(manifest);
  return dump(manifest);
}

/** What is made of a device with that template; the machine passes the CRD's schema. */
export function renderWith(templateFile: string, { vm, ...parts }: Parts = {}): RenderedDevice & { machine: Open } {
  const rendered = renderDevice(exampleDevice({ ...parts, vm: { templateFile, ...vm } }), exampleInputs());
  assertMatchesSchema(rendered.virtualMachine);
  return { ...rendered, machine: rendered.virtualMachine };
}

/** `field: message` of all that is refused; empty where nothing is. */
export function refusals(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
  return [];
}
