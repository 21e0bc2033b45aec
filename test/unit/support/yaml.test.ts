import assert from 'node:assert/strict';
import { parseYaml } from '../../../src/support/yaml.js';

const text = 'flag: yes\nmode: 0644\nmac: 52:54:00:12:34:56\nday: 2026-03-01\nnone: ~\nsize: 1.5\n';

/** Each file of a person's own, as the program reads it that it is written for. */
describe('parseYaml', () => {
  const cases = {
    'yaml-1.2': { flag: 'yes', mode: '0644', mac: '52:54:00:12:34:56', day: '2026-03-01', none: null, size: 1.5 },
    'cloud-config': { flag: true, mode: '0644', mac: 41_135_085_296, day: '2026-03-01', none: null, size: 1.5 },
    kubernetes: { flag: true, mode: 420, mac: '52:54:00:12:34:56', day: '2026-03-01', none: null, size: 1.5 },
    netplan: { flag: true, mode: 420, mac: '52:54:00:12:34:56', day: '2026-03-01', none: null, size: 1.5 },
  } as const;
  for (const [dialect, document] of Object.entries(cases)) {
    it(`reads ${dialect}`, () => {
      assert.deepEqual(parseYaml(text, 'x', dialect as keyof typeof cases), { documents: [document] });
    });
  }
});
