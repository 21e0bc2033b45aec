import assert from 'node:assert/strict';
import { dump } from 'js-yaml';
import { guestScripts } from '../../../../src/render/cloud-config/guest-scripts.js';
import { cloudConfigText } from '../../../../src/render/cloud-config/text.js';
import type { CloudConfig } from '../../../../src/render/cloud-config/types.js';

describe('the text of a cloud-config', () => {
  const own = { path: '/etc/own', content: 'first\n\n  second: [x]\n', permissions: '0644' };
  const cases: [string, CloudConfig][] = [
    ['nothing', {}],
    ['no files', { packages: ['a'], runcmd: [] }],
    ['an empty list', { write_files: [], runcmd: ['x'] }],
    ['files of a person alone', { write_files: [own] }],
    ['scripts alone', { write_files: [...guestScripts()] }],
    ['files between and around the scripts', { users: [{ name: 'x' }], write_files: [own, ...guestScripts().slice(0, 2), own, { ...own, content: ' \tindented\n' }, ...guestScripts().slice(2), own], runcmd: [['a', 'b']], zeta: { a: null } }],
    ['a copy of a script', { write_files: guestScripts().map((script) => ({ ...script, path: '/copy' })), after: 'x' }],
  ];
  for (const [what, config] of cases) {
    it(`is that of the YAML library: ${what}`, () => {
      const expected = dump(config, { lineWidth: -1, noRefs: true });
      assert.equal(cloudConfigText(config), expected);
      assert.equal(cloudConfigText(config), expected, 'also from memory');
    });
  }
});
