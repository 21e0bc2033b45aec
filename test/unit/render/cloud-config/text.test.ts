import assert from 'node:assert/strict';
import { dump } from 'js-yaml';
import { fragment } from '../../../../src/render/cloud-config/fragments.js';
import { guestScripts } from '../../../../src/render/cloud-config/guest-scripts.js';
import { cloudConfigText } from '../../../../src/render/cloud-config/text.js';
import { writeFile } from '../../../../src/render/cloud-config/write-file.js';
import type { CloudConfig } from '../../../../src/render/cloud-config/types.js';

describe('the text of a cloud-config', () => {
  const own = { path: '/etc/own', content: 'first\n\n  second: [x]\n', permissions: '0644' };
  const made = (path: string, content: string, permissions = '0644'): object => writeFile(path, content, permissions);
  const raw = (content: string): object => ({ ...made('/etc/raw', ''), content });
  const cases: [string, CloudConfig][] = [
    ['files of edge-vm', { write_files: [made('/etc/a-b_c.d/e@f+g', 'some settings\n'), made('/etc/b', '#'.repeat(5000), '0600'), own] }],
    ['short and odd files of edge-vm', { write_files: [made('/etc/empty', ''), made('/etc/short', 'x'), made('/etc/with space', 'some settings\n'), made('/etc/ä: b', 'some settings'), made('/etc/octal', 'some settings\n', '644')] }],
    ['contents that look like other things', { write_files: ['null', 'true', '12345678901234567890', '0x1234567890abcdef', '1e99999999999999', 'y', '=', '+1234567890123456789', 'NaN0000000000000=='].map(raw) }],
    ['nothing', {}],
    ['a fragment', { ...fragment('base'), after: 'x' }],
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
