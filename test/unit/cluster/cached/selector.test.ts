import assert from 'node:assert/strict';
import { selects } from '../../../../src/cluster/label-selector.js';
import { parseFieldSelector, parseLabelSelector } from '../../../../src/cluster/cached/selector.js';
import { isNewer } from '../../../../src/cluster/cached/version.js';

describe('a label selector', () => {
  const fits = (selector: string, labels: Record<string, string>): boolean | undefined => {
    const requirements = parseLabelSelector(selector);
    return requirements && selects(requirements, labels);
  };

  // As `kubectl get -l` answers.
  const cases: [selector: string, yes: Record<string, string>[], no: Record<string, string>[]][] = [
    ['', [{}, { a: 'b' }], []],
    ['a=b', [{ a: 'b' }], [{ a: 'c' }, {}]],
    ['a == b , x=', [{ a: 'b', x: '' }], [{ a: 'b' }]],
    ['a!=b', [{ a: 'c' }, {}], [{ a: 'b' }]],
    ['a in (b, c),d', [{ a: 'c', d: '' }], [{ a: 'd', d: '' }, { a: 'b' }, { d: '' }]],
    ['a notin (b,c)', [{ a: 'd' }, {}], [{ a: 'b' }]],
    ['a in (,b)', [{ a: '' }, { a: 'b' }], [{}]],
    ['!a', [{}], [{ a: '' }]],
    ['app.kubernetes.io/managed-by=edge-vm,!x', [{ 'app.kubernetes.io/managed-by': 'edge-vm' }], [{ 'app.kubernetes.io/managed-by': 'edge-vm', x: '' }]],
  ];
  for (const [selector, yes, no] of cases) {
    it(`"${selector}" is evaluated as the server does it`, () => {
      assert.deepEqual(yes.map((labels) => fits(selector, labels)), yes.map(() => true));
      assert.deepEqual(no.map((labels) => fits(selector, labels)), no.map(() => false));
    });
  }

  it('has the same text for the same condition, however it is written', () => {
    const textsOf = (selector: string): string[] | undefined => parseLabelSelector(selector)?.map(({ text }) => text);
    for (const selector of ['a == b', 'a in (b)', 'a in ( b, b )']) assert.deepEqual(textsOf(selector), ['a=b'], selector);
    assert.deepEqual(textsOf('a!=b,a notin (b),c in (2,1),!  d,e'), ['a!=b', 'a!=b', 'c in (1,2)', '!d', 'e']);
  });

  it('that is not understood is left to the server', () => {
    for (const selector of ['a>1', 'a<1', 'a=b=c', 'a in b', 'in (a)', 'a,,b', ',']) assert.equal(parseLabelSelector(selector), undefined, selector);
  });
});

describe('a field selector', () => {
  it('of name and namespace is understood, any other is left to the server', () => {
    assert.deepEqual(parseFieldSelector('metadata.name=a,metadata.namespace==b'), { name: 'a', namespace: 'b' });
    assert.deepEqual(parseFieldSelector(undefined), {});
    for (const selector of ['spec.nodeName=x', 'metadata.name!=a', 'metadata.name=a,metadata.name=b']) assert.equal(parseFieldSelector(selector), undefined, selector);
  });
});

describe('resourceVersions', () => {
  it('are compared as numbers of any length; others have no order', () => {
    assert.deepEqual([isNewer('10', '9'), isNewer('9', '10'), isNewer('10', '10'), isNewer('18446744073709551616', '18446744073709551615')], [true, false, false, true]);
    for (const [a, b] of [['x', '1'], ['1', ''], [undefined, '1'], ['01', '1']]) assert.equal(isNewer(a, b), undefined);
  });
});
