import assert from 'node:assert/strict';
import { pages, read } from '../../docs/markdown.js';
import { uniqueNames } from '../../docs/page-names.js';
import { planOf } from '../../docs/steps.js';

const block = (before: string, language = 'sh'): string => `${before}\n\`\`\`${language}\ntrue\n\`\`\`\n`;

describe('steps of a page', () => {
  it('are blocks, hidden commands and files, in order', () => {
    const page = [
      block('text'), block('<!-- not run: needs Azure -->'), block('<!-- exit: 5 -->'), '<!-- setup: one\ntwo -->\n',
      block('<!-- file: a/b.yaml -->', 'yaml'), block('', 'yaml'), block('', 'console'), '- a list\n\n  ```sh\n  true\n  ```\n',
    ].join('\n');
    const { steps, problems } = planOf(page);
    assert.deepEqual(problems, []);
    assert.deepEqual(steps.map(({ line: _line, ...step }) => step), [
      { kind: 'run', text: 'true\n', exit: 0 }, { kind: 'not run', text: 'true\n', reason: 'needs Azure' }, { kind: 'run', text: 'true\n', exit: 5 },
      { kind: 'setup', text: 'one\ntwo\n' }, { kind: 'file', name: 'a/b.yaml', text: 'true\n' }, { kind: 'run', text: 'true\n', exit: 0 },
    ]);
    assert.equal(page.split('\n')[steps[0]!.line - 1], 'true');
    assert.match(page.split('\n')[steps[3]!.line - 1]!, /^<!-- setup/);
  });

  for (const [page, problem] of [
    [block('<!-- not run -->'), /not understood/], [block('<!-- norun: x -->'), /not understood/], [block('<!-- not run: -->'), /without a reason/],
    [block('', 'bash'), /write `sh`/], [block('<!-- exit: five -->'), /exit code five/], [block('<!-- exit: 5 -->\n\ntext'), /stands before no block/],
    [block('<!-- not run: x -->', 'yaml'), /only `sh` blocks run/], [block('<!-- file: ../x -->', 'yaml'), /name of a file/],
  ] as const) {
    it(`names the problem of ${JSON.stringify(page)}`, () => assert.match(planOf(page).problems.join('; '), problem));
  }

  const plans = pages().map((path) => ({ path, ...planOf(read(path)) }));
  for (const { path, problems } of plans) it(`${path} is written for the tests`, () => assert.deepEqual(problems, []));

  const all = plans.flatMap(({ steps }) => steps);
  const count = (kind: string): number => all.filter((step) => step.kind === kind).length;
  it(`${count('run')} blocks run, ${count('not run')} do not`, () => assert.ok(count('run') > 20, 'the pages lost their blocks'));
});

describe('names of a page', () => {
  it('get the suffix of the page wherever they stand', () => {
    const text = 'edge-vm create gw-01 -f gw-02.yaml --hostname parent-01.example vmi/gw-01 gw-01-cloud-init';
    assert.equal(uniqueNames(text, 'x'), 'edge-vm create gw-01-x -f gw-02-x.yaml --hostname parent-01-x.example vmi/gw-01-x gw-01-x-cloud-init');
    for (const other of ['ubuntu-24.04', 'debian-12', 'v-01.2', 'a-012', '2021-04-12', 'docker.io/gw-1']) assert.equal(uniqueNames(other, 'x'), other);
  });
  it('are those of its namespaces too', () => {
    const text = 'kubectl create namespace edge\nedge-vm list -n edge\nkind: Namespace\nmetadata:\n  name: site\nspec:\n  edge:\n    x: edge\nedge.yaml gw.edge.svc site:y spec.edge.version';
    assert.equal(uniqueNames(text, 'p'), 'kubectl create namespace edge-p\nedge-vm list -n edge-p\nkind: Namespace\nmetadata:\n  name: site-p\nspec:\n  edge:\n    x: edge-p\nedge.yaml gw.edge-p.svc site-p:y spec.edge.version');
  });
});
