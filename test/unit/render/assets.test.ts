import assert from 'node:assert/strict';
import { ASSETS, PARSED } from '../../../src/render/assets.generated.js';
import { parseYaml } from '../../../src/support/yaml.js';

describe('the generated assets', () => {
  for (const [path, text] of Object.entries(ASSETS).filter(([name]) => /\.ya?ml$/.test(name))) {
    it(`parse ${path} as edge-vm's own reader does`, () => {
      assert.deepEqual({ documents: [PARSED[path]] }, parseYaml(text, path));
    });
  }
});
