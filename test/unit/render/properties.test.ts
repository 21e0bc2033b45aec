import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { EDGE_CA } from './helpers/device.js';
import { SecretValue } from '../../../src/identity/secret.js';
import type { RenderInputs } from '../../../src/identity/types.js';
import { renderDevice, renderManifests } from '../../../src/render/index.js';
import { InvalidInputError } from '../../../src/support/index.js';
import { validateDevice, withDefaults } from '../../../src/spec/index.js';
import type { Problem } from '../../../src/support/index.js';
import type { EdgeDevice } from '../../../src/spec/index.js';
import { deviceInput, secrets } from './helpers/arbitraries.js';
import { cloudConfigProblems } from './helpers/cloud-init-schema.js';
import { schemaProblems } from './helpers/crd-schema.js';
import { writtenFiles } from './helpers/guest-files.js';
import { propertyRuns } from '../../helpers/property-runs.js';

const RUNS = propertyRuns(600);
/** Enough to find what only some renderings get wrong; each unpacks a whole user-data. */
const DEEP = 20;

interface Secrets {
  hubHostname: string;
  gatewayHostname: string | undefined;
  key: string;
  registryPassword: string;
}

function inputsOf({ hubHostname, gatewayHostname, key, registryPassword }: Secrets, deviceId: string): RenderInputs {
  return {
    identity: { kind: 'symmetric-key', hubHostname, deviceId, key: new SecretValue(key), ...(gatewayHostname === undefined ? {} : { gatewayHostname }) },
    registryPassword: new SecretValue(registryPassword),
    edgeCaKey: new SecretValue(EDGE_CA.key),
  };
}

/** The problems of a refused device, or what it renders to. */
function attempt(device: EdgeDevice, given: Secrets): { problems: readonly Problem[] } | { rendered: ReturnType<typeof renderDevice> } {
  const problems = validateDevice(device);
  if (problems.length > 0) return { problems };
  try {
    return { rendered: renderDevice(device, inputsOf(given, device.spec.deviceId!)) };
  } catch (error) {
    if (error instanceof InvalidInputError) return { problems: error.problems };
    throw error;
  }
}

/** What config.toml must say whatever characters device id, host and password are made of. */
function checkGuest(userData: string, device: EdgeDevice, given: Secrets): void {
  const toml = [...writtenFiles(userData).values()].find((text) => text.includes('iothub_hostname'));
  assert.ok(toml);
  const config = parse(toml) as { provisioning: { device_id: string; authentication: { device_id_pk: { value: string } } }; agent?: { config: { auth?: { password: string } } } };
  assert.equal(config.provisioning.device_id, device.spec.deviceId);
  assert.equal(config.provisioning.authentication.device_id_pk.value, given.key);
  if (device.spec.edge.registry !== undefined) assert.equal(config.agent?.config.auth?.password, given.registryPassword);
}

describe('rendering, as a property', () => {
  it(`refuses a spec with a named field or renders to objects of the right schemas (${RUNS} specs)`, function run() {
    this.timeout(180_000);
    let accepted = 0;
    fc.assert(
      fc.property(deviceInput, secrets, (input, given) => {
        const device = withDefaults(input);
        const result = attempt(device, given);
        if ('problems' in result) {
          assert.ok(result.problems.length > 0);
          for (const { field, message } of result.problems) assert.ok(/^(spec|metadata)/.test(field) && message !== '', `${field}: ${message}`);
          return;
        }
        accepted += 1;
        const { rendered } = result;
        const userData = rendered.userData.reveal();
        for (const manifest of renderManifests(rendered, 'include')) assert.deepEqual(schemaProblems(manifest), []);
        assert.deepEqual(cloudConfigProblems(userData), []);
        assert.ok(!JSON.stringify(rendered).includes(given.key), 'the key shows');
        if (accepted % DEEP === 0) checkGuest(userData, device, given);
      }),
      { numRuns: RUNS },
    );
    assert.ok(accepted > RUNS / 4, `only ${accepted} of ${RUNS} specs were valid: the generator tests little`);
  });
});
