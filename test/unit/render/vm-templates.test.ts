import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { GUEST_SYSTEMS, TEMPLATES } from '../../../src/spec/guest-systems.js';
import { assertMatchesSchema, schemaProblems } from './helpers/crd-schema.js';

interface Template {
  kind: string;
  metadata: { name: string };
  spec: {
    runStrategy: string;
    dataVolumeTemplates: { spec: { source: { registry: { url: string } }; storage: object } }[];
    template: { spec: Record<string, unknown> & { readinessProbe: object; domain: { devices: { disks: object[] } } } };
  };
}

const folder = new URL('../../../../vm-templates/', import.meta.url);
const read = (file: string): Template => load(readFileSync(new URL(file, folder), 'utf8')) as Template;

describe('vm-templates', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

  it('has one manifest for each row of the guest systems, and no other', () => {
    const rows = TEMPLATES.map((name) => `${name}.yaml`);
    assert.deepEqual(rows.filter((file) => !files.includes(file)), [], 'rows without a manifest');
    assert.deepEqual(files.filter((file) => !rows.includes(file)), [], 'manifests without a row');
  });

  it('names the system of its row', () => {
    for (const { template, suite } of GUEST_SYSTEMS) {
      const text = readFileSync(new URL(`${template}.yaml`, folder), 'utf8');
      assert.match(text.split('\n', 1)[0]!, new RegExp(`\\(${suite}\\)$`), template);
    }
  });

  for (const file of files) {
    it(`${file} passes the CRD's schema as it is`, () => {
      assertMatchesSchema(read(file));
    });

    it(`${file} is what the design asks for`, () => {
      const { spec } = read(file);
      assert.equal(spec.runStrategy, 'Always');
      assert.match(spec.dataVolumeTemplates[0]!.spec.source.registry.url, /^docker:\/\/quay\.io\/containerdisks\/(ubuntu|debian):[\d.]+$/);
      const guest = spec.template.spec;
      assert.equal(guest['terminationGracePeriodSeconds'], 180);
      assert.equal(guest['evictionStrategy'], 'LiveMigrateIfPossible');
      assert.deepEqual(guest.readinessProbe, { exec: { command: ['/usr/local/sbin/edge-vm-probe'] }, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 8 });
    });
  }

  it('is checked by a schema that refuses unknown and wrong fields', () => {
    const template = read('debian-12.yaml');
    template.spec.template.spec['hostnam'] = 'x';
    template.spec.template.spec['terminationGracePeriodSeconds'] = '180';
    template.spec.template.spec.domain.devices.disks.push({ name: 7 });
    assert.equal(schemaProblems(template).length, 3);
  });
});
