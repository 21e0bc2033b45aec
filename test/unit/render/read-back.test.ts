import assert from 'node:assert/strict';
import { SecretValue } from '../../../src/identity/secret.js';
import { renderDevice } from '../../../src/render/index.js';
import { readBack } from '../../../src/render/read-back.js';
import { CANARY_KEY, EDGE_CA, exampleDevice, exampleInputs } from './helpers/device.js';

const secretSource = { env: 'NOT_READ' };

describe('readBack', () => {
  it('gives what user-data was rendered with', () => {
    const device = exampleDevice({
      edge: { parentHostname: 'parent.example', registry: { server: 'r.example', username: 'me', password: secretSource }, edgeCa: { certificate: EDGE_CA.certificate, key: secretSource } },
      guest: { cloudConfig: { write_files: [{ path: '/etc/edge-vm.toml', content: 'x', encoding: 'b64' }] } },
    });
    const { key } = EDGE_CA;
    const inputs = exampleInputs({ registryPassword: new SecretValue('p"w\\ord'), edgeCaKey: new SecretValue(key) });
    const { identity, registryPassword, edgeCaKey, parentHostname } = readBack(renderDevice(device, inputs).userData);
    assert.deepEqual([identity?.hubHostname, identity?.deviceId, identity?.kind === 'symmetric-key' && identity.key.reveal()], ['contoso.azure-devices.net', 'gw-01', CANARY_KEY]);
    assert.deepEqual([registryPassword?.reveal(), edgeCaKey?.reveal(), parentHostname], ['p"w\\ord', key, 'parent.example']);
  });

  it('gives nothing where nothing is', () => {
    const plain = readBack(renderDevice(exampleDevice(), exampleInputs()).userData);
    assert.deepEqual(Object.keys(plain), ['identity']);
    for (const text of ['', '#cloud-config\n', 'a: [', '#!/bin/sh\n', '- 1\n', 'write_files: [1, {path: /etc/edge-vm/config.toml, content: "bm8gdG9tbA==", encoding: b64}]']) assert.deepEqual(readBack(new SecretValue(text)), {}, text);
  });
});
